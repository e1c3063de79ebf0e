package authority_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"jotkit/cmd/authority"
	"jotkit/token"
	"jotkit/userdb/audit"
	"jotkit/userdb/kv"
	"jotkit/userdb/kv/kvtest"
)

// TestAuditLine: a line says when, what, of whom and by whom.
func TestAuditLine(t *testing.T) {
	w := start(t)
	if first := w.lines(t); len(first) != 1 || first[0].Event.Event != "init" {
		t.Errorf("%+v", first)
	}
	want := []audit.Event{
		{Event: "register", Outcome: audit.OK, User: "ada", Detail: map[string]string{"roles": "user"}},
		{Event: "login", Outcome: audit.Refused, User: "ada", Detail: map[string]string{"why": "wrong password"}},
		{Event: "revoke", Outcome: audit.OK, User: "ada",
			Detail: map[string]string{"kind": "user", "id": "ada", "reason": "left"}},
	}
	lines := w.left(t, func() {
		w.register(t, "ada")
		fail(t, w, "ada")
		if _, err := w.RevokeUser(t.Context(), "ada", authority.Revoke{Reason: "left"}); err != nil {
			t.Fatal(err)
		}
	}, "register ok", "login refused", "revoke ok")
	for i := range want {
		want[i].Time, want[i].By = w.now, "tester"
		if diff := cmp.Diff(want[i], lines[i].Event); diff != "" {
			t.Error(diff)
		}
	}
}

// TestChangeAndLineTogether: a commit that fails leaves neither the change nor its line.
func TestChangeAndLineTogether(t *testing.T) {
	w := start(t)
	w.register(t, "ada")
	raw := w.login(t, "ada")
	key := generate(t, "EdDSA")
	opened := w.open(t, "ada")
	old, id := opened.RefreshToken, sid(t, opened.AccessToken)
	next := w.refresh(t, w.refresh(t, old).RefreshToken).RefreshToken
	plan, err := w.PlanPrune(t.Context(), authority.Pruning{Keep: 3})
	if err != nil {
		t.Fatal(err)
	}
	for name, do := range map[string]func(context.Context) error{
		"prune":    func(ctx context.Context) error { return w.PruneAudit(ctx, plan, "") },
		"register": func(ctx context.Context) error { _, err := w.Register(ctx, "eve", password, nil); return err },
		"login": func(ctx context.Context) error {
			_, err := w.Login(ctx, authority.LoginRequest{Name: "ada", Password: password})
			return err
		},
		"login refused": func(ctx context.Context) error {
			_, err := w.Login(ctx, authority.LoginRequest{Name: "ada"})
			return err
		},
		"login with a session": func(ctx context.Context) error {
			_, err := w.Login(ctx, authority.LoginRequest{Name: "ada", Password: password, Session: true})
			return err
		},
		"refresh":    func(ctx context.Context) error { _, err := w.Refresh(ctx, next); return err },
		"reuse":      func(ctx context.Context) error { _, err := w.Refresh(ctx, old); return err },
		"logout":     func(ctx context.Context) error { _, err := w.Logout(ctx, old, false); return err },
		"logout all": func(ctx context.Context) error { _, err := w.Logout(ctx, next, true); return err },
		"revoke session": func(ctx context.Context) error {
			_, err := w.RevokeSession(ctx, id, authority.Revoke{})
			return err
		},
		"mint": func(ctx context.Context) error {
			return w.Mint(ctx, authority.MintRequest{}, func(authority.Minted) error {
				t.Error("a token was handed out")
				return nil
			})
		},
		"revoke token": func(ctx context.Context) error { _, err := w.RevokeToken(ctx, raw, authority.Revoke{}); return err },
		"revoke user":  func(ctx context.Context) error { _, err := w.RevokeUser(ctx, "ada", authority.Revoke{}); return err },
		"revoke key":   func(ctx context.Context) error { _, err := w.RevokeKey(ctx, "1", authority.Revoke{}); return err },
		"rotate": func(ctx context.Context) error {
			_, _, err := w.Rotate(ctx, authority.RotateRequest{})
			return err
		},
		"import":  func(ctx context.Context) error { _, err := w.ImportKeys(ctx, []*token.Key{key}); return err },
		"passwd":  func(ctx context.Context) error { return w.SetPassword(ctx, "ada", password) },
		"disable": func(ctx context.Context) error { _, err := w.Disable(ctx, "ada"); return err },
		"roles": func(ctx context.Context) error {
			_, err := w.ChangeRoles(ctx, "ada", []string{"admin"}, nil)
			return err
		},
		"remove":   func(ctx context.Context) error { return w.RemoveUser(ctx, "ada") },
		"set role": func(ctx context.Context) error { return w.SetRole(ctx, "user", []string{"all"}) },
		"settings": func(ctx context.Context) error {
			_, err := w.ChangeSettings(ctx, []authority.Setting{{"iss", "x"}})
			return err
		},
	} {
		for kind, fault := range map[string]error{"unavailable": kv.ErrBusy, "other": errors.New("disk full")} {
			t.Run(name+" "+kind, func(t *testing.T) {
				before := w.whole(t)
				w.store.commit = fault
				err := do(t.Context())
				w.store.commit = nil
				if !errors.Is(err, fault) || errors.Is(err, authority.ErrLoginRefused) {
					t.Errorf("%v", err)
				}
				if kind == "unavailable" && err.Error() != fault.Error() {
					t.Errorf("a store that is not there was written to again: %v", err)
				}
				if diff := cmp.Diff(before, w.whole(t)); diff != "" {
					t.Errorf("something was written: %s", diff)
				}
			})
		}
	}
}

// whole is all that the store holds.
func (w *world) whole(t *testing.T) map[string]string {
	t.Helper()
	all, err := kvtest.Records(t.Context(), w.store)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestAuditPages: a trail longer than a page comes whole and in order, and goes on from where it was left.
func TestAuditPages(t *testing.T) {
	w := start(t)
	var want []uint64
	for i := range 2100 {
		want = append(want, uint64(i+1))
	}
	_, err := w.store.Update(t.Context(), func(tx kv.Tx) error {
		secrets, err := kv.ReadSecrets(tx)
		if err != nil {
			return err
		}
		for range 2099 {
			w.pass(time.Second)
			if err := audit.Append(tx, secrets.Audit, "cli", audit.Event{Time: w.now, Event: "test", Outcome: audit.OK}, 0); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	var got []uint64
	each := func(l audit.Line) error { got = append(got, l.Seq); return nil }
	filter, err := w.Audit(t.Context(), audit.Filter{}, each)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	got = nil
	fail(t, w, "eve")
	if _, err := w.Audit(t.Context(), filter, each); err != nil || len(got) != 1 || got[0] != 2101 {
		t.Errorf("%v, %v", got, err)
	}
}
