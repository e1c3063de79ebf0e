package userdb_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"jotkit/userdb"
	"jotkit/userdb/kv"
)

// refreshKey are secrets that are the same in every run.
func refreshKey(b byte) kv.Secrets { return kv.Secrets{Refresh: bytes.Repeat([]byte{b}, 32)} }

const sessionID = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

func refreshToken(t testing.TB, secrets kv.Secrets, id string, counter uint64) string {
	t.Helper()
	raw, err := userdb.Session{ID: id, Counter: counter}.RefreshToken(secrets)
	must(t, err)
	return raw
}

// TestRefreshToken pins the form, for tokens that are out have to be read by later versions. The MAC is by OpenSSL.
func TestRefreshToken(t *testing.T) {
	const want = "jkr_ABCDEFGHIJKLMNOPQRSTUVWXYZ.18446744073709551615.012fHDGiyvb7xOSW6AYZ0MmYI6TszDns90cTB6t1NOg"
	raw := refreshToken(t, refreshKey(1), sessionID, 1<<64-1)
	if raw != want {
		t.Errorf("%s", raw)
	}
	id, counter, err := userdb.ParseRefreshToken(refreshKey(1), raw)
	if id != sessionID || counter != 1<<64-1 || err != nil {
		t.Errorf("%q, %d, %v", id, counter, err)
	}
}

func TestParseRefreshToken(t *testing.T) {
	secrets := refreshKey(1)
	good := refreshToken(t, secrets, sessionID, 12)
	mac := good[strings.LastIndex(good, ".")+1:]
	other := refreshToken(t, refreshKey(2), sessionID, 12)
	for _, c := range []struct {
		name, raw string
		want      error
	}{
		{"as written", good, nil},
		{"empty", "", userdb.ErrRefreshToken},
		{"prefix alone", "jkr_", userdb.ErrRefreshToken},
		{"JWT", "eyJhbGciOiJub25lIn0.e30.", userdb.ErrRefreshToken},
		{"without prefix", strings.TrimPrefix(good, "jkr_"), userdb.ErrRefreshToken},
		{"upper case prefix", strings.Replace(good, "jkr_", "JKR_", 1), userdb.ErrRefreshToken},
		{"two parts", "jkr_" + sessionID + ".12", userdb.ErrRefreshToken},
		{"four parts", good + ".", userdb.ErrRefreshToken},
		{"space before", " " + good, userdb.ErrRefreshToken},
		{"line end after", good + "\n", userdb.ErrRefreshToken},
		{"line end in place of a character", good[:len(good)-1] + "\n", userdb.ErrRefreshMAC},
		{"no id", "jkr_.12." + mac, userdb.ErrRefreshToken},
		{"long id", "jkr_" + strings.Repeat("A", 65) + ".12." + mac, userdb.ErrRefreshToken},
		{"lower case id", strings.Replace(good, "ABC", "abc", 1), userdb.ErrRefreshToken},
		{"path for an id", "jkr_../../keys.12." + mac, userdb.ErrRefreshToken},
		{"zero byte in the id", strings.Replace(good, "ABC", "A\x00C", 1), userdb.ErrRefreshToken},
		{"no counter", "jkr_" + sessionID + ".." + mac, userdb.ErrRefreshToken},
		{"leading zero", strings.Replace(good, ".12.", ".012.", 1), userdb.ErrRefreshToken},
		{"plus", strings.Replace(good, ".12.", ".+12.", 1), userdb.ErrRefreshToken},
		{"minus", strings.Replace(good, ".12.", ".-12.", 1), userdb.ErrRefreshToken},
		{"hexadecimal", strings.Replace(good, ".12.", ".0xc.", 1), userdb.ErrRefreshToken},
		{"underscore", strings.Replace(good, ".12.", ".1_2.", 1), userdb.ErrRefreshToken},
		{"counter too great", strings.Replace(good, ".12.", ".18446744073709551616.", 1), userdb.ErrRefreshToken},
		{"MAC cut off", good[:len(good)-1], userdb.ErrRefreshToken},
		{"MAC padded", good + "=", userdb.ErrRefreshToken},
		{"another counter", strings.Replace(good, ".12.", ".13.", 1), userdb.ErrRefreshMAC},
		{"another session", strings.Replace(good, "ABC", "ABD", 1), userdb.ErrRefreshMAC},
		{"another store", other, userdb.ErrRefreshMAC},
		{"no MAC", "jkr_" + sessionID + ".12." + strings.Repeat("A", 43), userdb.ErrRefreshMAC},
	} {
		id, counter, err := userdb.ParseRefreshToken(secrets, c.raw)
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
		if c.want != nil && (id != "" || counter != 0 || len(c.raw) > 30 && strings.Contains(err.Error(), c.raw)) {
			t.Errorf("%s: %q, %d, %v", c.name, id, counter, err)
		}
	}
}

// TestRefreshTokenLastCharacter: the last character of 43 carries two bits that decoding throws away. Only the one we
// wrote is taken.
func TestRefreshTokenLastCharacter(t *testing.T) {
	good := refreshToken(t, refreshKey(1), sessionID, 1)
	taken := 0
	for _, last := range "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_" {
		if _, _, err := userdb.ParseRefreshToken(refreshKey(1), good[:len(good)-1]+string(last)); err == nil {
			taken++
		}
	}
	if taken != 1 {
		t.Errorf("%d of 64 were taken", taken)
	}
}

// TestRefreshTokenWithoutKey: an empty key would let anybody make tokens.
func TestRefreshTokenWithoutKey(t *testing.T) {
	good := refreshToken(t, refreshKey(1), sessionID, 1)
	for _, secrets := range []kv.Secrets{{}, {Refresh: make([]byte, 31)}} {
		if _, err := (userdb.Session{ID: sessionID}).RefreshToken(secrets); !errors.Is(err, kv.ErrDamaged) {
			t.Errorf("written: %v", err)
		}
		if _, _, err := userdb.ParseRefreshToken(secrets, good); !errors.Is(err, kv.ErrDamaged) {
			t.Errorf("read: %v", err)
		}
	}
}

// FuzzParseRefreshToken holds that exactly what we write is taken: what comes through is written again to the same bytes,
// and is none of those that are seeds for being altered.
func FuzzParseRefreshToken(f *testing.F) {
	secrets := refreshKey(1)
	good := refreshToken(f, secrets, sessionID, 7)
	f.Add(good)
	f.Add(good + " ")
	f.Add(good[:len(good)-1] + "A")
	f.Add(strings.Replace(good, ".7.", ".07.", 1))
	f.Add(refreshToken(f, refreshKey(2), sessionID, 7))
	f.Add("jkr_..")
	f.Fuzz(func(t *testing.T, raw string) {
		id, counter, err := userdb.ParseRefreshToken(secrets, raw)
		switch {
		case err == nil && refreshToken(t, secrets, id, counter) != raw:
			t.Fatalf("%q was taken for session %q, counter %d", raw, id, counter)
		case err == nil && raw != good:
			t.Fatalf("%q was taken, and nobody wrote it", raw) // or the MAC has been guessed
		case err != nil && !errors.Is(err, userdb.ErrRefreshToken) && !errors.Is(err, userdb.ErrRefreshMAC):
			t.Fatalf("%v", err)
		}
	})
}
