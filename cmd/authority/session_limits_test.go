package authority_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"jotkit/cmd/authority"
	"jotkit/token"
	"jotkit/userdb/kv"
)

// TestRefreshLimits: seven days without use end a session, and thirty days end it in any case.
func TestRefreshLimits(t *testing.T) {
	const day = 24 * time.Hour
	w := start(t)
	w.register(t, "ada")
	idle, used := w.open(t, "ada"), w.open(t, "ada")
	for range 4 {
		w.pass(7*day - time.Second)
		used = w.refresh(t, used.RefreshToken)
	}
	w.refused(t, "not used", idle.RefreshToken, token.Expired)
	w.pass(2*day + 3*time.Second)
	used = w.refresh(t, used.RefreshToken)
	w.pass(time.Second)
	w.refused(t, "at its end", used.RefreshToken, token.Expired)
	if list, err := w.Sessions(t.Context(), ""); err != nil || len(list) != 0 {
		t.Errorf("%v, %v", list, err)
	}
	for range 20 { // what is over goes as others are written
		w.open(t, "ada")
	}
	w.refused(t, "gone", idle.RefreshToken, token.Expired)
}

// TestRefreshSettings: the limits are those of the store; a life asked for at the login is cut to a limit lowered since.
func TestRefreshSettings(t *testing.T) {
	w := start(t)
	w.register(t, "ada")
	set := func(name, value string) {
		t.Helper()
		if _, err := w.ChangeSettings(t.Context(), []authority.Setting{{Name: name, Value: value}}); err != nil {
			t.Fatal(err)
		}
	}
	set("refresh_idle", "1h")
	set("refresh_ttl", "90m")
	g := w.openWith(t, authority.LoginRequest{Name: "ada", TTL: 20 * time.Minute})
	set("ttl", "5m")
	set("max_ttl", "10m")
	w.pass(time.Hour - time.Second)
	g = w.refresh(t, g.RefreshToken)
	if g.ExpiresIn != 600 {
		t.Errorf("%d s", g.ExpiresIn)
	}
	w.pass(30 * time.Minute)
	g = w.refresh(t, g.RefreshToken)
	w.pass(time.Second)
	w.refused(t, "after 90 minutes", g.RefreshToken, token.Expired)
}

// TestSettingsOfOlderStores: a store that was written before there was an idle limit has the usual one.
func TestSettingsOfOlderStores(t *testing.T) {
	w := start(t)
	w.register(t, "ada")
	_, err := w.store.Update(t.Context(), func(tx kv.Tx) error {
		return tx.Put("settings", []byte(`{"iss":"http://127.0.0.1:8080","aud":["http://127.0.0.1:8080"],"alg":"ES256",`+
			`"ttl":900000000000,"max_ttl":86400000000000,"refresh_ttl":2592000000000000,"min_password_length":15,"login_delay":true}`))
	})
	if err != nil {
		t.Fatal(err)
	}
	s, err := w.Settings(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(authority.DefaultSettings(), s); diff != "" {
		t.Error(diff)
	}
	g := w.open(t, "ada")
	w.pass(7 * 24 * time.Hour)
	w.refused(t, "after a week", g.RefreshToken, token.Expired)
}

// TestWhatEndsSessions: each way in which all of a user is ended, at once, for good, and with no hold on what comes after.
func TestWhatEndsSessions(t *testing.T) {
	for name, end := range map[string]func(t *testing.T, w *world) error{
		"disabled": func(t *testing.T, w *world) error {
			if _, err := w.Disable(t.Context(), "ada"); err != nil {
				return err
			}
			g := w.open(t, "eve") // time for another
			w.refresh(t, g.RefreshToken)
			_, err := w.Enable(t.Context(), "ada")
			return err
		},
		"password": func(t *testing.T, w *world) error { return w.SetPassword(t.Context(), "ada", password) },
		"cut": func(t *testing.T, w *world) error {
			_, err := w.RevokeUser(t.Context(), "Ada", authority.Revoke{})
			return err
		},
		"registered anew": func(t *testing.T, w *world) error {
			if err := w.RemoveUser(t.Context(), "ada"); err != nil {
				return err
			}
			w.register(t, "ada")
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := start(t)
			w.register(t, "ada")
			w.register(t, "eve")
			w.pass(300 * time.Millisecond)
			g, eve := w.open(t, "ada"), w.open(t, "eve")
			if err := end(t, w); err != nil {
				t.Fatal(err)
			}
			w.refused(t, "at once", g.RefreshToken, token.Revoked)
			later := w.open(t, "ada") // in the same second, which it waits out
			later = w.refresh(t, later.RefreshToken)
			w.wantVerdict(t, "a login after it", later.AccessToken, "")
			w.refresh(t, eve.RefreshToken)
			if list, err := w.Sessions(t.Context(), "ada"); err != nil || len(list) != 1 {
				t.Errorf("%v, %v", list, err)
			}
			for range 6 { // long after the last access token, while the sessions could go on but for this
				w.pass(24 * time.Hour)
				w.refused(t, "later", g.RefreshToken, token.Revoked)
				later = w.refresh(t, later.RefreshToken)
				w.revokeSome(t)
			}
		})
	}
}

// revokeSome has the deny list written to, so that what has expired goes.
func (w *world) revokeSome(t *testing.T) {
	t.Helper()
	for range 10 {
		if _, err := w.RevokeID(t.Context(), w.now.String(), authority.Revoke{}); err != nil {
			t.Fatal(err)
		}
	}
}

// TestUserRemovedOrDisabled: while nobody of the name is there, or they are disabled.
func TestUserRemovedOrDisabled(t *testing.T) {
	w := start(t)
	w.register(t, "ada")
	w.register(t, "eve")
	ada, eve := w.open(t, "ada"), w.open(t, "eve")
	if err := w.RemoveUser(t.Context(), "ada"); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Disable(t.Context(), "eve"); err != nil {
		t.Fatal(err)
	}
	w.refused(t, "removed", ada.RefreshToken, token.Revoked)
	w.refused(t, "disabled", eve.RefreshToken, token.Revoked)
	if list, err := w.Sessions(t.Context(), ""); err != nil || len(list) != 0 {
		t.Errorf("%v, %v", list, err)
	}
}

// TestCutOutlivesSessions: a shorter life set later does not shorten what a cut has to be remembered for, nor does setting
// it back.
func TestCutOutlivesSessions(t *testing.T) {
	w := start(t)
	w.register(t, "ada")
	set := func(value string) {
		t.Helper()
		if _, err := w.ChangeSettings(t.Context(), []authority.Setting{{Name: "refresh_ttl", Value: value}}); err != nil {
			t.Fatal(err)
		}
	}
	set("240h")
	set("720h")
	g := w.open(t, "ada")
	set("1h")
	w.pass(time.Second)
	if _, err := w.RevokeUser(t.Context(), "ada", authority.Revoke{}); err != nil {
		t.Fatal(err)
	}
	set("2h")
	w.pass(6 * 24 * time.Hour)
	w.revokeSome(t)
	w.refused(t, "six days after the cut", g.RefreshToken, token.Revoked)
}
