package authority_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"jotkit/cmd/authority"
	"jotkit/token"
	"jotkit/userdb"
	"jotkit/userdb/kv"
)

// TestExamineExpectsTheStoresOwn: what is left open is the store's issuer and audiences, and an access token.
func TestExamineExpectsTheStoresOwn(t *testing.T) {
	const home = "http://127.0.0.1:8080"
	for _, c := range []struct {
		name   string
		draft  token.Draft
		expect token.Expect
		want   token.Reason
	}{
		{"as it is made", token.Draft{}, token.Expect{}, ""},
		{"plain JWT", token.Draft{Type: "JWT"}, token.Expect{}, ""},
		{"one audience of several", token.Draft{Audience: []string{"api", home}}, token.Expect{}, ""},
		{"other issuer", token.Draft{Issuer: "http://evil"}, token.Expect{}, token.ClaimMismatch},
		{"other issuer, named", token.Draft{Issuer: "ci"}, token.Expect{Issuers: []string{"ci"}}, ""},
		{"other audience", token.Draft{Audience: []string{"api"}}, token.Expect{}, token.ClaimMismatch},
		{"other audience, named", token.Draft{Audience: []string{"api"}}, token.Expect{Audiences: []string{"api"}}, ""},
		{"named audience that it lacks", token.Draft{}, token.Expect{Audiences: []string{"api"}}, token.ClaimMismatch},
		{"refresh+jwt", token.Draft{Type: "refresh+jwt"}, token.Expect{}, token.ClaimMismatch},
		{"dpop+jwt", token.Draft{Type: "dpop+jwt"}, token.Expect{}, token.ClaimMismatch},
		{"refresh+jwt, named", token.Draft{Type: "refresh+jwt"}, token.Expect{Types: []string{"refresh+jwt"}}, ""},
		{"at+jwt where another is named", token.Draft{}, token.Expect{Types: []string{"refresh+jwt"}}, token.ClaimMismatch},
		{"scope it lacks", token.Draft{}, token.Expect{Scopes: []string{"admin"}}, token.ClaimMismatch},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := start(t)
			raw := w.mint(t, authority.MintRequest{Draft: c.draft})
			report, err := w.Examine(t.Context(), raw, c.expect, time.Time{})
			if err != nil || report.Reason() != c.want {
				t.Errorf("%q, %v, want %q", report.Reason(), err, c.want)
			}
		})
	}
}

// TestExamineRevoked: each way to take a token back, and what stays as it was.
func TestExamineRevoked(t *testing.T) {
	for _, c := range []struct {
		name   string
		revoke func(w *world, raw string) error
		login  token.Reason // of a token made by login
		minted token.Reason // of one minted for the same person in the same second
		inSid  token.Reason // of one that belongs to the session "s1"
	}{
		{"nothing", func(*world, string) error { return nil }, "", "", ""},
		{"token", func(w *world, raw string) error {
			_, err := w.RevokeToken(t.Context(), raw, authority.Revoke{})
			return err
		}, token.Revoked, "", ""},
		{"session", func(w *world, _ string) error {
			return w.deny(userdb.KindSession, "s1")
		}, "", "", token.Revoked},
		{"other session", func(w *world, _ string) error {
			return w.deny(userdb.KindSession, "s2")
		}, "", "", ""},
		{"user", func(w *world, _ string) error {
			_, err := w.RevokeUser(t.Context(), "ADA", authority.Revoke{})
			return err
		}, token.Revoked, token.Revoked, token.Revoked},
		{"other user", func(w *world, _ string) error {
			_, err := w.RevokeUser(t.Context(), "eve", authority.Revoke{})
			return err
		}, "", "", ""},
		{"disabled", func(w *world, _ string) error {
			_, err := w.Disable(t.Context(), "ada")
			return err
		}, token.Revoked, token.Revoked, token.Revoked},
		{"key", func(w *world, _ string) error {
			_, err := w.RevokeKey(t.Context(), "1", authority.Revoke{})
			return err
		}, token.Revoked, token.Revoked, token.Revoked},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := start(t)
			w.register(t, "ada")
			login := w.login(t, "ada")
			minted := w.mint(t, authority.MintRequest{Draft: token.Draft{Subject: "ada"}})
			inSid := w.mint(t, authority.MintRequest{Draft: token.Draft{Subject: "ada", SessionID: "s1"}})
			if err := c.revoke(w, login); err != nil {
				t.Fatal(err)
			}
			w.wantVerdict(t, "login", login, c.login)
			w.wantVerdict(t, "minted", minted, c.minted)
			w.wantVerdict(t, "of a session", inSid, c.inSid)
		})
	}
}

func (w *world) deny(kind userdb.Kind, id string) error {
	_, err := w.store.Update(context.Background(), func(tx kv.Tx) error {
		secrets, err := kv.ReadSecrets(tx)
		if err != nil {
			return err
		}
		return userdb.Deny(tx, secrets, kind, id, userdb.Entry{}, w.now)
	})
	return err
}

// TestLoginAfterCut: a token asked for in the second of the cut waits for the next one, and is good then.
func TestLoginAfterCut(t *testing.T) {
	w := start(t)
	w.register(t, "ada")
	w.pass(300 * time.Millisecond)
	if _, err := w.RevokeUser(t.Context(), "ada", authority.Revoke{}); err != nil {
		t.Fatal(err)
	}
	w.pass(600 * time.Millisecond)
	before := w.now
	w.wantVerdict(t, "a login", w.login(t, "ada"), "")
	if waited := w.now.Sub(before); waited != 100*time.Millisecond {
		t.Errorf("waited for %v", waited)
	}
	w.pass(-time.Hour)
	_, err := w.Login(t.Context(), authority.LoginRequest{Name: "ada", Password: password})
	if !errors.Is(err, authority.ErrConflict) {
		t.Errorf("with the clock behind the cut: %v", err)
	}
}

// TestExamineWithoutAnswer: a store that cannot be asked gives an error and never a verdict.
func TestExamineWithoutAnswer(t *testing.T) {
	w := start(t)
	raw := w.mint(t, authority.MintRequest{})
	w.store.view = kv.ErrBusy
	report, err := w.Examine(t.Context(), raw, token.Expect{}, time.Time{})
	if report != nil || !errors.Is(err, kv.ErrBusy) {
		t.Errorf("%v, %v", report, err)
	}
	w.store.view = nil
	_, err = w.store.Update(t.Context(), func(tx kv.Tx) error {
		name, _, err := tx.Floor("deny0") // the last chunk of the list
		if err != nil {
			return err
		}
		return tx.Delete(name)
	})
	if err != nil {
		t.Fatal(err)
	}
	report, err = w.Examine(t.Context(), raw, token.Expect{}, time.Time{})
	if report != nil || !errors.Is(err, kv.ErrDamaged) {
		t.Errorf("without a deny list: %v, %v", report, err)
	}
}

// TestExamineAt: a verdict on the past goes by when things were revoked.
func TestExamineAt(t *testing.T) {
	w := start(t)
	w.register(t, "ada")
	made := w.now
	one, other := w.login(t, "ada"), w.login(t, "ada")
	w.pass(time.Minute)
	if _, err := w.RevokeToken(t.Context(), one, authority.Revoke{}); err != nil {
		t.Fatal(err)
	}
	w.pass(time.Minute)
	if _, err := w.RevokeUser(t.Context(), "ada", authority.Revoke{}); err != nil {
		t.Fatal(err)
	}
	w.pass(time.Minute)
	for _, c := range []struct {
		name       string
		after      time.Duration
		one, other token.Reason
	}{
		{"before it was made", -time.Minute, token.NotYetValid, token.NotYetValid},
		{"before any", 30 * time.Second, "", ""},
		{"after the token", time.Minute, token.Revoked, ""},
		{"after the user", 2 * time.Minute, token.Revoked, token.Revoked},
		{"to come", 16 * time.Minute, token.Revoked, token.Revoked},
	} {
		at := made.Add(c.after)
		if got := w.verdictAt(t, one, at); got != c.one {
			t.Errorf("%s: %q, want %q", c.name, got, c.one)
		}
		if got := w.verdictAt(t, other, at); got != c.other {
			t.Errorf("%s, the other: %q, want %q", c.name, got, c.other)
		}
	}
}

// TestExamineAtWithoutRecord: once an entry could have gone, nobody can say that there was none.
func TestExamineAtWithoutRecord(t *testing.T) {
	w := start(t)
	made := w.now
	raw := w.mint(t, authority.MintRequest{TTL: time.Hour})
	w.pass(time.Hour + token.MaxLeeway)
	if got := w.verdictAt(t, raw, made.Add(time.Minute)); got != "" {
		t.Errorf("while the record is there: %q", got)
	}
	w.pass(time.Second)
	report, err := w.Examine(t.Context(), raw, token.Expect{}, made.Add(time.Minute))
	if err != nil || report.Reason() != token.ClaimMismatch {
		t.Fatalf("%v, %v", report, err)
	}
	if last := report.Checks()[len(report.Checks())-1]; last.Name != "revocation" || last.Status != token.Skip {
		t.Errorf("%+v", last)
	}
}
