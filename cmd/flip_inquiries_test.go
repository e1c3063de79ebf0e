package cmd

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"jotkit/cmd/authority"
	"jotkit/token"
	"jotkit/userdb"
	"jotkit/userdb/kv"
)

// seeded is what was put into a store, for inquiries about it.
type seeded struct {
	good, revoked, keyless, sessionless string           // tokens: good, and revoked by themselves, their key and their session
	ada, eve                            *authority.Grant // of somebody with roles, and of somebody who was disabled then
}

// seed puts into a store what the inquiries are about, and so many more users and revocations.
func seed(t *testing.T, a *authority.Authority, more int) *seeded {
	t.Helper()
	k := &seeded{keyless: minted(t, a)}
	steps := []func() error{
		func() error { _, _, err := a.Rotate(t.Context(), authority.RotateRequest{}); return err },
		func() error { _, err := a.RevokeKey(t.Context(), "1", authority.Revoke{}); return err },
		func() error {
			_, err := a.Register(t.Context(), "ada", testPassword, []string{"user", "admin"})
			return err
		},
		func() (err error) { k.ada, err = a.Login(t.Context(), session("ada")); return err },
		func() error {
			g, err := a.Login(t.Context(), session("ada"))
			if err == nil {
				k.sessionless = g.AccessToken
				_, err = a.RevokeSession(t.Context(), claim[string](t, g.AccessToken, "sid"), authority.Revoke{})
			}
			return err
		},
		func() error { k.eve = opens(t, a, "eve"); _, err := a.Disable(t.Context(), "eve"); return err },
		func() error {
			k.good, k.revoked = minted(t, a), minted(t, a)
			_, err := a.RevokeToken(t.Context(), k.revoked, authority.Revoke{})
			return err
		},
		func() error { return crowd(t, a, more) },
	}
	for _, step := range steps {
		if err := step(); err != nil {
			t.Fatal(err)
		}
	}
	return k
}

func session(name string) authority.LoginRequest {
	return authority.LoginRequest{Name: name, Password: testPassword, Session: true}
}

// crowd puts in so many users and revocations.
func crowd(t *testing.T, a *authority.Authority, n int) error {
	ada, err := a.User(t.Context(), "ada")
	if err != nil || n == 0 {
		return err
	}
	users := make([]userdb.User, n)
	for i := range users {
		users[i] = *ada
		users[i].Name = fmt.Sprint("person", i)
		if _, err := a.RevokeID(t.Context(), users[i].Name, authority.Revoke{}); err != nil {
			return err
		}
	}
	_, err = a.ImportUsers(t.Context(), users)
	return err
}

// An inquiry is asked of a store that is not as it was. It tells whether there was no answer, as is right then, and
// what is wrong with the one that there was, "" for nothing.
type inquiry struct {
	name string
	ask  func(ctx context.Context, a *authority.Authority, k *seeded) (none bool, fault string)
}

// inquiries do not change the store, and requests do.
var (
	inquiries = []inquiry{
		verdictOf("the revoked token", token.Revoked, func(k *seeded) string { return k.revoked }),
		verdictOf("the good token", "", func(k *seeded) string { return k.good }),
		verdictOf("the token of a revoked key", token.Revoked, func(k *seeded) string { return k.keyless }),
		verdictOf("the token of a revoked session", token.Revoked, func(k *seeded) string { return k.sessionless }),
		verdictOf("the token of a disabled user", token.Revoked, func(k *seeded) string { return k.eve.AccessToken }),
		verdictOf("the token of a login", "", func(k *seeded) string { return k.ada.AccessToken }),
	}
	requests = []inquiry{
		{"login of somebody with roles", func(ctx context.Context, a *authority.Authority, _ *seeded) (bool, string) {
			g, err := a.Login(ctx, session("ada"))
			return granted(g, err, authority.ErrLoginRefused, userdb.ErrNoRole) // their record may not be found, or that of a role
		}},
		{"login of the disabled user", func(ctx context.Context, a *authority.Authority, _ *seeded) (bool, string) {
			_, err := a.Login(ctx, session("eve"))
			return refused(err, authority.ErrLoginRefused)
		}},
		{"refresh", func(ctx context.Context, a *authority.Authority, k *seeded) (bool, string) {
			g, err := a.Refresh(ctx, k.ada.RefreshToken)
			return granted(g, err, token.Expired, token.Revoked, userdb.ErrNoRole) // a record may not be found: of the session, the user, a role
		}},
		{"refresh of the disabled user", func(ctx context.Context, a *authority.Authority, k *seeded) (bool, string) {
			_, err := a.Refresh(ctx, k.eve.RefreshToken)
			return refused(err, token.Expired, token.Revoked)
		}},
		{"revoking the good token", func(ctx context.Context, a *authority.Authority, k *seeded) (bool, string) {
			if _, err := a.RevokeToken(ctx, k.good, authority.Revoke{}); err != nil {
				return refused(err)
			}
			return verdictOf("", token.Revoked, func(k *seeded) string { return k.good }).ask(ctx, a, k)
		}},
	}
)

func verdictOf(name string, want token.Reason, raw func(*seeded) string) inquiry {
	return inquiry{name, func(ctx context.Context, a *authority.Authority, k *seeded) (bool, string) {
		report, err := a.Examine(ctx, raw(k), token.Expect{}, time.Time{})
		if err != nil {
			return refused(err)
		}
		if report.Reason() != want {
			return false, fmt.Sprintf("verdict %q, want %q", report.Reason(), want)
		}
		return false, ""
	}}
}

// refused wants a request to be turned down: for damage, or for one of the reasons.
func refused(err error, reasons ...error) (none bool, fault string) {
	switch {
	case errors.Is(err, kv.ErrUnavailable):
		return true, ""
	case err == nil:
		return false, "granted"
	case !slices.ContainsFunc(reasons, func(reason error) bool { return errors.Is(err, reason) }):
		return false, fmt.Sprintf("%v, which is no word of damage", err)
	}
	return false, ""
}

// granted wants a grant to be for ada and her roles, or a refusal.
func granted(g *authority.Grant, err error, reasons ...error) (none bool, fault string) {
	if err != nil {
		return refused(err, reasons...)
	}
	sub, sound := payload[string](g.AccessToken, "sub")
	roles, also := payload[[]string](g.AccessToken, "roles")
	scope, too := payload[string](g.AccessToken, "scope")
	if !sound || !also || !too || sub != "ada" || !slices.Equal(roles, []string{"admin", "user"}) && !slices.Equal(roles, []string{"user", "admin"}) {
		return false, fmt.Sprintf("granted to %q, %q, %q", sub, roles, scope)
	}
	for s := range strings.FieldsSeq(scope) { // fewer where the record of a role is not found
		if s != "profile" && s != "admin" {
			return false, fmt.Sprintf("granted %q", scope)
		}
	}
	return false, ""
}

// payload reads a claim of a token, verified or not.
func payload[T any](raw, name string) (value T, ok bool) {
	parts := strings.Split(raw, ".")
	var claims map[string]json.RawMessage
	if len(parts) != 3 {
		return value, false
	}
	text, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err == nil {
		err = json.Unmarshal(text, &claims)
	}
	if err == nil && claims[name] != nil {
		err = json.Unmarshal(claims[name], &value)
	}
	return value, err == nil
}

func claim[T any](t *testing.T, raw, name string) T {
	t.Helper()
	value, ok := payload[T](raw, name)
	if !ok {
		t.Fatalf("no %s in %s", name, raw)
	}
	return value
}
