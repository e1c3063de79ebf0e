package token_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"jotkit/token"
)

// Mint a token for Ada, and verify it as the service that it is for.
func Example() {
	key, err := token.GenerateKey("ES256")
	if err != nil {
		fmt.Println(err)
		return
	}
	key = key.WithID("2026-11")
	issued := time.Now()
	draft := token.Draft{
		Issuer: "https://id.example", Subject: "ada", Audience: []string{"https://api.example"},
		IssuedAt: issued, ExpiresAt: issued.Add(15 * time.Minute), Scopes: []string{"profile"},
	}
	raw, err := draft.Sign(key)
	if err != nil {
		fmt.Println(err)
		return
	}

	keys, err := token.NewKeySet(key.Public())
	if err != nil {
		fmt.Println(err)
		return
	}
	verifier := token.Verifier{Keys: keys, Expect: token.Expect{
		Issuers: []string{"https://id.example"}, Audiences: []string{"https://api.example"}, Types: []string{token.AccessToken},
		Leeway: token.DefaultLeeway,
	}}
	claims, err := verifier.Verify(context.Background(), raw)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(claims.Subject, claims.HasScope("profile"), claims.HasScope("admin"), claims.Header.KeyID)
	// Output: ada true false 2026-11
}

// A refusal carries every reason that held; what the caller does next depends on which.
func ExampleRefusal() {
	key, err := token.NewKey("k", "HS256", []byte("a secret of at least thirty-two bytes"))
	if err != nil {
		fmt.Println(err)
		return
	}
	expires := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	draft := token.Draft{Subject: "ada", Audience: []string{"billing"}, ExpiresAt: expires}
	raw, err := draft.Sign(key)
	if err != nil {
		fmt.Println(err)
		return
	}
	keys, err := token.NewKeySet(key)
	if err != nil {
		fmt.Println(err)
		return
	}
	verifier := token.Verifier{
		Keys:   keys,
		Now:    func() time.Time { return expires.Add(time.Minute) },
		Expect: token.Expect{Audiences: []string{"api"}, Leeway: token.DefaultLeeway},
	}

	_, err = verifier.Verify(context.Background(), raw)
	var refusal *token.Refusal
	switch {
	case err == nil:
		fmt.Println("welcome")
	case !errors.As(err, &refusal):
		fmt.Println("no verdict, try again:", err)
	case errors.Is(err, token.BadSignature), errors.Is(err, token.AlgorithmRefused):
		fmt.Println("a forgery")
	case errors.Is(err, token.Expired):
		fmt.Println("refresh it:", err)
	default:
		fmt.Println("refused:", err)
	}
	fmt.Println(errors.Is(err, token.ClaimMismatch), refusal.Report.Reason())
	// Output:
	// refresh it: expired: exp: expected after 2026-11-24T12:01:00Z, got 2026-11-24T12:00:00Z
	// true expired
}
