package authority_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"jotkit/cmd/authority"
	"jotkit/keyring"
)

// TestSettingsRoundTrip: what List says, Set takes and makes the same of it.
func TestSettingsRoundTrip(t *testing.T) {
	other := authority.Settings{
		Issuer: "https://id.example", Audience: []string{"api", "web"}, Algorithm: "PS256", TTL: 90 * time.Second,
		MaxTTL: 7 * 24 * time.Hour, RefreshTTL: time.Hour, RefreshIdle: time.Minute, MinPasswordLength: 20, LoginDelay: false,
		AuditKeep: 1000,
	}
	for _, s := range []authority.Settings{authority.DefaultSettings(), other} {
		var copied authority.Settings
		for _, one := range s.List() {
			if err := copied.Set(one.Name, one.Value); err != nil {
				t.Error(err)
			}
		}
		if diff := cmp.Diff(s, copied); diff != "" {
			t.Error(diff)
		}
		if err := copied.Check(); err != nil {
			t.Error(err)
		}
	}
}

// TestSettingsRefused: one change that cannot be keeps all from being made.
func TestSettingsRefused(t *testing.T) {
	w := start(t)
	before, err := w.Settings(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ring := w.ring(t)
	for _, c := range []authority.Setting{
		{"colour", "red"}, {"", ""}, {"ttl", "15"}, {"ttl", "-1m"}, {"ttl", "10ms"}, {"ttl", "25h"}, {"max_ttl", "1m"},
		{"iss", ""}, {"iss", "://x"}, {"aud", ""}, {"aud", "a,,b"}, {"alg", "none"}, {"alg", "es256"},
		{"min_password_length", "7"}, {"min_password_length", "129"}, {"login_delay", "yes"},
		{"audit_keep", "999"}, {"audit_keep", "-1"}, {"audit_keep", "all"}, {"audit_keep", "1e4"},
	} {
		w.left(t, func() {
			_, err := w.ChangeSettings(t.Context(), []authority.Setting{{"alg", "EdDSA"}, {"aud", "api"}, c})
			if !errors.Is(err, authority.ErrSetting) {
				t.Errorf("%v: %v", c, err)
			}
		}, "settings refused")
	}
	after, err := w.Settings(t.Context())
	if err != nil || w.ring(t) != ring {
		t.Errorf("the ring has changed, or %v", err)
	}
	if diff := cmp.Diff(before, after); diff != "" {
		t.Error(diff)
	}
}

// TestSettingsFollowed: the ring hears of a longer life and of another algorithm, and tokens of issuer and audience.
func TestSettingsFollowed(t *testing.T) {
	w := start(t)
	w.left(t, func() {
		now, err := w.ChangeSettings(t.Context(), []authority.Setting{{"ttl", "100h"}, {"max_ttl", "100h"}, {"alg", "EdDSA"},
			{"iss", "ci"}, {"aud", "api,web"}})
		if err != nil || now.MaxTTL != 100*time.Hour {
			t.Errorf("%+v, %v", now, err)
		}
	}, "settings ok")
	if by := w.keys(t); by[keyring.Active].Algorithm != "ES256" || by[keyring.Next].Algorithm != "EdDSA" {
		t.Errorf("%+v", by)
	}
	raw := w.mint(t, authority.MintRequest{})
	if _, _, err := w.Rotate(t.Context(), authority.RotateRequest{}); err != nil {
		t.Fatal(err)
	}
	if by := w.keys(t); by[keyring.VerifyOnly].LastExp.Before(w.now.Add(100*time.Hour)) || by[keyring.Next].Algorithm != "EdDSA" {
		t.Errorf("%+v", by)
	}
	w.pass(99 * time.Hour)
	if _, _, err := w.Rotate(t.Context(), authority.RotateRequest{}); err != nil {
		t.Fatal(err)
	}
	w.wantVerdict(t, "of the key before last", raw, "")
}

// TestFoundRefused: a store is not founded on settings that do not fit together.
func TestFoundRefused(t *testing.T) {
	s := authority.DefaultSettings()
	s.TTL = s.MaxTTL + time.Second
	if _, err := authority.Found(s, time.Now(), ""); !errors.Is(err, authority.ErrSetting) {
		t.Error(err)
	}
	s = authority.DefaultSettings()
	s.Algorithm = "none"
	if _, err := authority.Found(s, time.Now(), ""); err == nil {
		t.Error("an unknown algorithm was taken")
	}
}
