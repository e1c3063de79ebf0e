package authority_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"jotkit/cmd/authority"
	"jotkit/userdb"
	"jotkit/userdb/kv"
)

// checked runs every check, and returns what is found: "! " before what is more than mild, and the mend behind.
func checked(t *testing.T, w *world) (found []string) {
	t.Helper()
	keys, faults, err := w.CheckRing(t.Context())
	must := func(more []authority.Fault, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		faults = append(faults, more...)
	}
	must(nil, err)
	must(w.CheckSettings(t.Context()))
	_, more, err := w.CheckDeny(t.Context())
	must(more, err)
	_, more, err = w.CheckRecords(t.Context(), w.Store)
	must(more, err)
	_, more, err = w.CheckAudit(t.Context())
	must(more, err)
	_, more = w.CheckAges(keys)
	must(more, nil)
	_, more, err = w.CheckClock(t.Context(), keys)
	must(more, err)
	for _, f := range faults {
		line := f.What + " | " + strings.Join(f.Mend, " ")
		if !f.Mild {
			line = "! " + line
		}
		found = append(found, line)
	}
	return found
}

// spoil changes a store behind everybody's back.
func spoil(t *testing.T, w *world, fn func(tx kv.Tx, secrets kv.Secrets) error) {
	t.Helper()
	_, err := w.Store.Update(t.Context(), func(tx kv.Tx) error {
		secrets, err := kv.ReadSecrets(tx)
		if err != nil {
			return err
		}
		return fn(tx, secrets)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// lived is a store in which much has been done.
func lived(t *testing.T) *world {
	t.Helper()
	w := found(t, kv.NewMemory(), authority.DefaultSettings())
	w.register(t, "ada", "admin")
	w.register(t, "bob")
	if _, err := w.Disable(t.Context(), "bob"); err != nil {
		t.Fatal(err)
	}
	if _, err := w.RevokeID(t.Context(), "J1", authority.Revoke{}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.RevokeUser(t.Context(), "ada", authority.Revoke{}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.RevokeKey(t.Context(), "1", authority.Revoke{}); err != nil {
		t.Fatal(err)
	}
	return w
}

func TestCheckWell(t *testing.T) {
	w := lived(t)
	if got := checked(t, w); got != nil {
		t.Errorf("of a good store: %q", got)
	}
	// Nor is there a fault after a life of months: what has expired is gone from some places and not from others.
	for range 30 {
		w.pass(5 * 24 * time.Hour)
		if _, err := w.RevokeID(t.Context(), w.now.String(), authority.Revoke{}); err != nil {
			t.Fatal(err)
		}
		if _, _, err := w.Rotate(t.Context(), authority.RotateRequest{}); err != nil {
			t.Fatal(err)
		}
		if got := checked(t, w); got != nil {
			t.Errorf("at %v: %q", w.now, got)
		}
	}
}

func TestCheckFinds(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(tx kv.Tx, secrets kv.Secrets) error
		pass  time.Duration
		want  []string
	}{
		"a revoked token off the deny list": {
			spoil: func(tx kv.Tx, s kv.Secrets) error {
				return userdb.Allow(tx, s, userdb.KindToken, "J1", time.Unix(0, 0))
			},
			want: []string{`! the token "J1" was revoked at 2026-03-01T12:00:00Z, and is not on the deny list | revoke --jti J1`},
		},
		"a mark on the deny list from before": {
			spoil: func(tx kv.Tx, s kv.Secrets) error {
				before := userdb.Entry{Cut: time.Date(2026, 2, 28, 0, 0, 0, 0, time.UTC), Until: time.Date(2026, 3, 20, 0, 0, 0, 0, time.UTC)}
				return userdb.ReplaceDeny(tx, s, userdb.KindUser, "ada", before, before.Cut)
			},
			want: []string{`! the user "ada" was revoked at 2026-03-01T12:00:00Z, and the deny list has an older mark of it | revoke --user ada`},
		},
		"a disabled user off the deny list": {
			spoil: func(tx kv.Tx, s kv.Secrets) error {
				return userdb.Allow(tx, s, userdb.KindUser, "bob", time.Unix(0, 0))
			},
			want: []string{`! "bob" is disabled, and their tokens are not on the deny list | users disable bob`},
		},
		"a role that is gone": {
			spoil: func(tx kv.Tx, _ kv.Secrets) error { return userdb.RemoveRole(tx, "admin") },
			want:  []string{`"ada" has the role "admin", which there is not, and cannot log in | users role ada --remove admin`},
		},
		"a record in the place of another": {
			spoil: func(tx kv.Tx, _ kv.Secrets) error {
				value, err := tx.Get("user/ada")
				if err != nil {
					return err
				}
				return tx.Put("user/bob", value)
			},
			want: []string{`! store damaged: record "user/bob": it belongs under another name | `},
		},
		"a record that is no JSON": {
			spoil: func(tx kv.Tx, _ kv.Secrets) error { return tx.Put("session/X", []byte("{")) },
			want:  []string{`! store damaged: record "session/X": it is not the JSON it should be | `},
		},
		"a session of nobody": {
			spoil: func(tx kv.Tx, _ kv.Secrets) error { return tx.Put("session/X", []byte(`{"id":"X"}`)) },
			want:  []string{`! store damaged: the session X is of nobody, or ends before it began | `},
		},
		"settings that do not fit": {
			spoil: func(tx kv.Tx, _ kv.Secrets) error {
				return tx.Put("settings", []byte(`{"iss":"x","aud":["x"],"alg":"none","ttl":60000000000,"max_ttl":60000000000,"refresh_ttl":60000000000,"min_password_length":15}`))
			},
			want: []string{`! unusable setting: alg: "none" is not one of `},
		},
		"a deny list with a hole": {
			spoil: func(tx kv.Tx, _ kv.Secrets) error { return tx.Delete("deny/000000000000000000000000") },
			want:  []string{`! store damaged: record "deny/": the deny list ends before the space does | `},
		},
		"a line of the audit less": {
			spoil: func(tx kv.Tx, _ kv.Secrets) error { return tx.Delete("audit/cli/0000000000000002") },
			want:  []string{`! chain cli, line 2: cut in the middle: lines are missing | `},
		},
		"a ring that is none": {
			spoil: func(tx kv.Tx, _ kv.Secrets) error { return tx.Put("ring", []byte("{}")) },
			want:  []string{`! store damaged: record "ring": `},
		},
		"a key for long": {
			pass: 91 * 24 * time.Hour,
			want: []string{"the key has been signing for 91 days, and 90 are enough | rotate"},
		},
		"a clock a little behind": {
			pass: -time.Minute,
			want: []string{"! the clock shows 2026-03-01T11:59:00Z, and the newest key was made at 2026-03-01T12:00:00Z: no key is made before then | "},
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := lived(t)
			if c.spoil != nil {
				spoil(t, w, c.spoil)
			}
			w.pass(c.pass)
			got := checked(t, w)
			for _, want := range c.want {
				if !slices.ContainsFunc(got, func(line string) bool { return strings.HasPrefix(line, want) }) {
					t.Errorf("not found: %q, but %q", want, got)
				}
			}
		})
	}
}

// A store that cannot be used is an error, not a finding.
func TestCheckUnavailable(t *testing.T) {
	w := lived(t)
	w.store.view = kv.ErrBusy
	if _, _, err := w.CheckRecords(t.Context(), w.Store); err == nil {
		t.Error("records of a busy store")
	}
	if _, err := w.CheckSettings(t.Context()); err == nil {
		t.Error("settings of a busy store")
	}
	w.store.view = nil
	w.Store = outOfReach{w.Store}
	if _, faults, err := w.CheckRecords(t.Context(), w.Store); !errors.Is(err, kv.ErrUnreachable) || len(faults) != 0 {
		t.Errorf("a store out of reach: %v, and %v", err, faults)
	}
}

// A store outOfReach does not answer any more when the deny list is looked at.
type outOfReach struct{ kv.Store }

func (s outOfReach) View(ctx context.Context, fn func(kv.View) error) error {
	return s.Store.View(ctx, func(v kv.View) error { return fn(noFloor{v}) })
}

type noFloor struct{ kv.View }

func (noFloor) Floor(string) (string, []byte, error) { return "", nil, kv.ErrUnreachable }

func TestCountAndHistory(t *testing.T) {
	w := lived(t)
	n, err := authority.Count(t.Context(), w.Store)
	if err != nil || n.Users != 2 || n.Roles != 3 || n.Revocations != 3 || n.Lines["cli"] != 7 {
		t.Errorf("%+v, %v", n, err)
	}
	h, err := w.History(t.Context())
	if at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC); err != nil || !h.Made.Equal(at) || !h.Since["cli"].Equal(at) {
		t.Errorf("%+v, %v", h, err)
	}
}
