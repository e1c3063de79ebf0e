package authority_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"jotkit/cmd/authority"
	"jotkit/keyring"
	"jotkit/token"
	"jotkit/userdb/kv"
)

// TestLiveHears: whatever another authority does on the same store, the next request knows it.
func TestLiveHears(t *testing.T) {
	for name, c := range map[string]struct {
		do   func(w *world, raw string) error
		want token.Reason
		undo func(w *world) error // nil where there is none; the token is good again after it
	}{
		"revoke": {do: func(w *world, raw string) error {
			_, err := w.RevokeToken(context.Background(), raw, authority.Revoke{})
			return err
		}, want: token.Revoked, undo: undoAll},
		"revoke user": {do: func(w *world, _ string) error {
			_, err := w.RevokeUser(context.Background(), "ada", authority.Revoke{})
			return err
		}, want: token.Revoked, undo: undoAll},
		"disable": {do: func(w *world, _ string) error {
			_, err := w.Disable(context.Background(), "ada")
			return err
		}, want: token.Revoked},
		"password": {do: func(w *world, _ string) error {
			return w.SetPassword(context.Background(), "ada", password)
		}, want: token.Revoked},
		"remove": {do: func(w *world, _ string) error {
			return w.RemoveUser(context.Background(), "ada")
		}, want: token.Revoked},
		"revoke key": {do: func(w *world, raw string) error {
			read, err := token.Decode(raw)
			if err != nil {
				return err
			}
			_, err = w.RevokeKey(context.Background(), read.Header.KeyID, authority.Revoke{})
			return err
		}, want: token.Revoked},
		"rotate": {do: func(w *world, _ string) error {
			_, _, err := w.Rotate(context.Background(), authority.RotateRequest{})
			return err
		}},
		"issuer":       {do: set("iss", "https://elsewhere.example"), want: token.ClaimMismatch, undo: put("iss", "http://127.0.0.1:8080")},
		"audience":     {do: set("aud", "elsewhere"), want: token.ClaimMismatch, undo: put("aud", "http://127.0.0.1:8080")},
		"other's role": {do: func(w *world, _ string) error { return w.SetRole(context.Background(), "reader", []string{"read"}) }},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t)
			s.register(t, "ada")
			s.pass(time.Second)
			raw := s.login(t, "ada")
			s.want(t, "before", raw, "")
			if err := c.do(s.world, raw); err != nil {
				t.Fatal(err)
			}
			s.want(t, "after", raw, c.want)
			s.want(t, "and again", raw, c.want)
			if c.undo != nil {
				if err := c.undo(s.world); err != nil {
					t.Fatal(err)
				}
				s.want(t, "undone", raw, "")
			}
		})
	}
}

func undoAll(w *world) error {
	list, err := w.Revocations(context.Background())
	for _, r := range list {
		_, failed := w.Undo(context.Background(), r.ID())
		err = errors.Join(err, failed)
	}
	return err
}

func set(name, value string) func(*world, string) error {
	return func(w *world, _ string) error { return put(name, value)(w) }
}

func put(name, value string) func(*world) error {
	return func(w *world) error {
		_, err := w.ChangeSettings(context.Background(), []authority.Setting{{Name: name, Value: value}})
		return err
	}
}

// TestLiveKnowsNewKeys: a token of a key that was made after the snapshot is good at once.
func TestLiveKnowsNewKeys(t *testing.T) {
	s := serve(t)
	for range 3 {
		if _, _, err := s.Rotate(t.Context(), authority.RotateRequest{}); err != nil {
			t.Fatal(err)
		}
		s.want(t, "of the new key", s.mint(t, authority.MintRequest{Draft: token.Draft{Subject: "ada"}}), "")
	}
	if err := put("alg", "EdDSA")(s.world); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.Rotate(t.Context(), authority.RotateRequest{}); err != nil {
		t.Fatal(err)
	}
	s.want(t, "of another algorithm", s.mint(t, authority.MintRequest{Draft: token.Draft{Subject: "ada"}}), "")
	known, err := s.live.Known(t.Context())
	if err != nil || known.Settings.Algorithm != "EdDSA" || s.keys(t)[keyring.Active].Algorithm != "EdDSA" {
		t.Errorf("knows %+v, %v", known.Settings, err)
	}
}

// TestLiveWithoutStore: a store that cannot be read is no verdict once something has changed or the fault is known, and
// never a yes. When it can be read again all is well, with no restart.
func TestLiveWithoutStore(t *testing.T) {
	s := serve(t)
	raw := s.mint(t, authority.MintRequest{Draft: token.Draft{Subject: "ada"}})
	s.want(t, "before", raw, "")

	s.sees.view = kv.ErrNoStore
	s.want(t, "nothing changed, and nobody looked", raw, "")
	if err := s.look(t); !errors.Is(err, kv.ErrNoStore) {
		t.Fatalf("a look at no store: %v", err)
	}
	s.wantNone(t, "looked", raw, kv.ErrNoStore)
	s.wantNone(t, "for a stranger too", "a.b.c", kv.ErrNoStore)
	if _, err := s.live.Known(t.Context()); !errors.Is(err, kv.ErrUnavailable) {
		t.Errorf("known without a store: %v", err)
	}
	s.sees.view = nil
	s.want(t, "it is back", raw, "")

	s.sees.view = kv.ErrDamaged
	if _, err := s.RevokeToken(t.Context(), raw, authority.Revoke{}); err != nil {
		t.Fatal(err)
	}
	s.wantNone(t, "a change that cannot be read", raw, kv.ErrDamaged)
	s.sees.view = nil
	s.want(t, "and now it can", raw, token.Revoked)
}

// TestLiveBusy: a store that others hold is as it was, so what is known still holds. Where something has changed it has to
// be read, and there is no verdict.
func TestLiveBusy(t *testing.T) {
	s := serve(t)
	raw := s.mint(t, authority.MintRequest{Draft: token.Draft{Subject: "ada"}})
	s.sees.view = kv.ErrBusy
	if err := s.look(t); !errors.Is(err, kv.ErrBusy) {
		t.Fatalf("a look at a busy store: %v", err)
	}
	s.want(t, "busy", raw, "")
	if _, err := s.RevokeToken(t.Context(), raw, authority.Revoke{}); err != nil {
		t.Fatal(err)
	}
	s.wantNone(t, "busy and changed", raw, kv.ErrBusy)
	s.sees.view = nil
	s.want(t, "no longer busy", raw, token.Revoked)

	s.sees.view = kv.ErrNoStore
	s.look(t)
	s.sees.view = kv.ErrBusy
	s.look(t)
	s.wantNone(t, "gone and then busy", raw, kv.ErrBusy)
}

// TestLiveUnreachable: a store that cannot be reached is the same one when it can be, and tells what has changed. Nothing is read
// whole for that, as it is where there may be another store.
func TestLiveUnreachable(t *testing.T) {
	s := serve(t)
	raw := s.mint(t, authority.MintRequest{Draft: token.Draft{Subject: "ada"}})
	for _, c := range []struct {
		fault error
		whole uint64 // reads, with that at the start
	}{{kv.ErrUnreachable, 1}, {kv.ErrNoStore, 2}} {
		s.sees.view = c.fault
		if err := s.look(t); !errors.Is(err, c.fault) {
			t.Fatalf("a look at it: %v, want %v", err, c.fault)
		}
		if _, err := s.RevokeToken(t.Context(), raw, authority.Revoke{}); err != nil {
			t.Fatal(err)
		}
		s.wantNone(t, "changed", raw, c.fault)
		s.sees.view = nil
		s.want(t, "in touch again", raw, token.Revoked)
		if n := s.live.WholeReads(); n != c.whole {
			t.Errorf("%v: read whole %d times, want %d", c.fault, n, c.whole)
		}
		raw = s.mint(t, authority.MintRequest{Draft: token.Draft{Subject: "ada"}})
	}
}

// TestLiveCallerLeaves: who leaves while the store is read is no fault of the store.
func TestLiveCallerLeaves(t *testing.T) {
	s := serve(t)
	raw := s.mint(t, authority.MintRequest{Draft: token.Draft{Subject: "ada"}})
	if _, err := s.RevokeID(t.Context(), "another", authority.Revoke{}); err != nil {
		t.Fatal(err)
	}
	left, leave := context.WithCancel(t.Context())
	leave()
	if _, err := s.live.Verify(left, raw); !errors.Is(err, context.Canceled) {
		t.Errorf("who left: %v", err)
	}
	s.sees.view = kv.ErrBusy // so that a look would be noticed
	s.wantNone(t, "changed and not looked at", raw, kv.ErrBusy)
	s.sees.view = nil
	s.want(t, "the next one", raw, "")
}

// TestLiveHole: a deny list with a hole in it is no verdict, for what is missing may be what refuses.
func TestLiveHole(t *testing.T) {
	s := serve(t)
	raw := s.mint(t, authority.MintRequest{Draft: token.Draft{Subject: "ada"}})
	s.want(t, "before", raw, "")
	var held []kv.Entry
	err := s.sees.View(t.Context(), func(v kv.View) error {
		for e, err := range v.Scan("deny/", "") {
			if err != nil {
				return err
			}
			held = append(held, e)
		}
		return nil
	})
	if err != nil || len(held) == 0 {
		t.Fatalf("%d chunks, %v", len(held), err)
	}
	for _, e := range held {
		s.put(t, e.Name, nil)
		s.wantNone(t, "without "+e.Name, raw, kv.ErrDamaged)
		s.wantNone(t, "and again", raw, kv.ErrDamaged)
		s.put(t, e.Name, []byte("nonsense"))
		s.wantNone(t, "nonsense at "+e.Name, raw, kv.ErrDamaged)
		s.put(t, e.Name, e.Value)
		s.want(t, "with it again", raw, "")
	}
	for _, name := range []string{"ring", "settings"} {
		var value []byte
		err := s.sees.View(t.Context(), func(v kv.View) (err error) { value, err = v.Get(name); return err })
		if err != nil {
			t.Fatal(err)
		}
		s.put(t, name, nil)
		s.wantNone(t, "without "+name, raw, kv.ErrDamaged)
		s.put(t, name, value)
		s.want(t, "with it again", raw, "")
	}
}

// TestLiveFarBehind: a snapshot that the record of changes does not reach back to is read whole.
func TestLiveFarBehind(t *testing.T) {
	s := serve(t)
	raw := s.mint(t, authority.MintRequest{Draft: token.Draft{Subject: "ada"}})
	if _, err := s.RevokeToken(t.Context(), raw, authority.Revoke{}); err != nil {
		t.Fatal(err)
	}
	for i := range kv.KeptChanges + 1 {
		if _, err := s.RevokeID(t.Context(), fmt.Sprint(i), authority.Revoke{}); err != nil {
			t.Fatal(err)
		}
	}
	s.want(t, "after more changes than are recorded", raw, token.Revoked)
	if n := s.live.WholeReads(); n != 2 {
		t.Errorf("read whole %d times", n)
	}
	if n := s.live.Denied(); n != kv.KeptChanges+2 {
		t.Errorf("knows %d entries", n)
	}
}

// TestClockSetBack: what is revoked stays so when the clock is set back behind the moment it was revoked at.
func TestClockSetBack(t *testing.T) {
	for name, revoke := range map[string]func(w *world, raw string) error{
		"token": func(w *world, raw string) error {
			_, err := w.RevokeToken(context.Background(), raw, authority.Revoke{})
			return err
		},
		"user": func(w *world, _ string) error {
			_, err := w.RevokeUser(context.Background(), "ada", authority.Revoke{})
			return err
		},
		"disabled": func(w *world, _ string) error {
			_, err := w.Disable(context.Background(), "ada")
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t)
			s.register(t, "ada")
			s.pass(time.Second)
			issued := s.now
			raw := s.login(t, "ada")
			s.pass(5 * time.Minute)
			if err := revoke(s.world, raw); err != nil {
				t.Fatal(err)
			}
			fresh := serveFor(t, s.world) // a process that starts after the clock was set back
			for _, back := range []time.Duration{0, 10 * time.Second, 4 * time.Minute} {
				s.now = issued.Add(5*time.Minute - back)
				s.wantVerdict(t, fmt.Sprint("examined, back by ", back), raw, token.Revoked)
				s.want(t, fmt.Sprint("live, back by ", back), raw, token.Revoked)
				fresh.want(t, fmt.Sprint("started since, back by ", back), raw, token.Revoked)
			}
			s.now = issued.Add(10 * time.Minute)
			// Of who is disabled it is not written down since when.
			if got := s.verdictAt(t, raw, issued.Add(time.Minute)); got != "" && name != "disabled" {
				t.Errorf("asked how it was before it was revoked: %q", got)
			}
		})
	}
}
