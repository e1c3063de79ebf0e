package keyring_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"jotkit/keyring"
	"jotkit/token"
)

// lived is a ring with keys in every state and of several kinds.
func lived(t testing.TB) *keyring.Ring {
	t.Helper()
	r := newRing(t, "ES256")
	ok(t, r.Import(keyFor(t, "HS256"), start))
	ok(t, r.Rotate(start))
	ok(t, r.Import(keyFor(t, "RS256"), start))
	ok(t, r.Rotate(start))
	r.Generate = func(string) (*token.Key, error) { return keyFor(t, "RS384"), nil }
	ok(t, r.Import(keyFor(t, "Ed25519").Public(), start))
	ok(t, r.Revoke(r.Entries()[0].KID, start.Add(time.Minute)))
	expect(t, r, keyring.Revoked, keyring.VerifyOnly, keyring.Active, keyring.Next, keyring.VerifyOnly)
	return r
}

func stored(t testing.TB, r *keyring.Ring) string {
	t.Helper()
	text, err := r.Marshal()
	ok(t, err)
	return string(text)
}

func TestStoreRoundTrip(t *testing.T) {
	r := lived(t)
	text := stored(t, r)
	again, err := keyring.Unmarshal([]byte(text))
	ok(t, err)
	if diff := cmp.Diff(r.Entries(), again.Entries()); diff != "" {
		t.Error(diff)
	}
	if again := stored(t, again); again != text {
		t.Errorf("not the same bytes:\n%s\n%s", text, again)
	}
	for _, e := range r.Entries() {
		want, err := r.Whole(e.KID)
		ok(t, err)
		got, err := again.Whole(e.KID)
		ok(t, err)
		if !same(t, got, want) {
			t.Errorf("%v is another key", got)
		}
	}
	// What is not in the entries has to last, too: the version counter and the recorded bounds.
	ok(t, again.Revoke(r.Entries()[2].KID, start.Add(time.Hour)))
	if e := again.Entries(); !e[2].LastExp.Equal(at(25*time.Hour+token.MaxLeeway)) || e[5].Version != r.Entries()[4].Version+1 {
		t.Errorf("got %+v", e)
	}
}

func TestVersionsAreNotUsedTwice(t *testing.T) {
	r := newRing(t, "ES256")
	ok(t, r.Import(keyFor(t, "EdDSA").Public(), start))
	ok(t, r.Revoke(keyFor(t, "EdDSA").ID(), start))
	r.Prune(start.Add(1000 * time.Hour))
	again, err := keyring.Unmarshal([]byte(stored(t, r)))
	ok(t, err)
	ok(t, again.Rotate(start))
	if e := again.Entries()[2]; e.Version != 4 {
		t.Errorf("version %d, want 4", e.Version)
	}
}

func TestUnmarshalRefuses(t *testing.T) {
	r := newRing(t, "ES256")
	ok(t, r.Rotate(start))
	text := stored(t, r)
	e := r.Entries()
	tests := []struct{ name, old, new string }{
		{"not JSON", text, "ring"},
		{"a plain set", text, `{"keys":[` + jwk(t, keyFor(t, "ES256"), true) + `]}`},
		{"no key", text, `{"keys":[]}`},
		{"cut off", `"jotkit_version":3,"jotkit_max_life":86400}`, ""},
		{"two active", `"next"`, `"active"`},
		{"two next", `"active"`, `"next"`},
		{"unknown state", `"verify-only"`, `"paused"`},
		{"state no string", `"verify-only"`, `7`},
		{"one kid twice", e[0].KID, e[1].KID},
		{"kid empty", e[0].KID, ""},
		{"version twice", `"jotkit_version":2,`, `"jotkit_version":1,`},
		{"version beyond the counter", `"jotkit_version":3,"jotkit_max_life":86400}`, `"jotkit_version":2,"jotkit_max_life":86400}`},
		{"no counter", `,"jotkit_version":3,"jotkit_max_life":86400}`, "}"},
		{"active without nbf", fmt.Sprintf(`"nbf":%d,"jotkit_version":2`, start.Unix()), `"jotkit_version":2`},
		{"time no number", `"iat":1`, `"iat":1.5e0,"x":1`},
		{"private half missing", `"d":`, `"z":`},
		{"private half that should be gone", `"verify-only"`, `"verify-only","d":"AAAA"`},
		{"revoked without its time", `"verify-only"`, `"revoked"`},
		{"time of revocation without the state", `"verify-only"`, `"verify-only","revoked":{"revoked_at":5}`},
		{"revoked no object", `"verify-only"`, `"revoked","revoked":5`},
		{"alg missing", `"alg":"ES256",`, ""},
		{"alg of another key", `"ES256"`, `"ES384"`},
		{"a point off the curve", `"x":"`, `"x":"AA`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			changed := strings.Replace(text, tt.old, tt.new, 1)
			if changed == text {
				t.Fatalf("no %q in %s", tt.old, text)
			}
			if _, err := keyring.Unmarshal([]byte(changed)); !errors.Is(err, keyring.ErrRing) {
				t.Errorf("%v, want ErrRing", err)
			}
		})
	}
}

// TestLazyPrivateHalf holds that a damaged private half stops the signer and no verifier.
func TestLazyPrivateHalf(t *testing.T) {
	text := stored(t, newRing(t, "ES256"))
	_, d, _ := strings.Cut(text, `"d":"`)
	d, _, _ = strings.Cut(d, `"`)
	r, err := keyring.Unmarshal([]byte(strings.Replace(text, d, "AAAA"+d[4:], 1)))
	ok(t, err)
	if _, err := r.Key(t.Context(), r.Entries()[0].KID); err != nil {
		t.Errorf("verifying: %v", err)
	}
	k, err := r.Active()
	if !errors.Is(err, keyring.ErrRing) || k != nil {
		t.Errorf("signing: %v, %v; want ErrRing", k, err)
	}
	if strings.Contains(err.Error(), d[4:]) {
		t.Errorf("%q shows the private half", err)
	}
}

func TestExport(t *testing.T) {
	r := lived(t)
	read := func(private bool) (kids []string, members map[string]bool) {
		text, err := r.Export(start, private)
		ok(t, err)
		var set struct{ Keys []map[string]any }
		ok(t, json.Unmarshal(text, &set))
		members = map[string]bool{}
		for _, k := range set.Keys {
			kids = append(kids, k["kid"].(string))
			for name := range k {
				members[name] = true
			}
		}
		return kids, members
	}
	e := r.Entries()
	kids, members := read(false)
	if diff := cmp.Diff([]string{e[2].KID, e[3].KID, e[4].KID}, kids); diff != "" {
		t.Errorf("published: %s", diff)
	}
	for _, name := range []string{"d", "p", "q", "dp", "dq", "qi", "k", "revoked", "jotkit_state"} {
		if members[name] {
			t.Errorf("%q is published", name)
		}
	}
	if !members["iat"] || !members["nbf"] {
		t.Error("iat or nbf is missing")
	}
	kids, members = read(true)
	if diff := cmp.Diff([]string{e[2].KID, e[3].KID, e[4].KID, e[1].KID}, kids); diff != "" {
		t.Errorf("private: %s", diff)
	}
	if !members["d"] || !members["k"] || !members["exp"] {
		t.Errorf("private members or exp are missing: %v", members)
	}
	var published []string
	for _, k := range r.PublicSet(start) {
		published = append(published, k.ID())
		if k.CanSign() {
			t.Errorf("%v can sign", k)
		}
	}
	if diff := cmp.Diff([]string{e[2].KID, e[3].KID, e[4].KID}, published); diff != "" {
		t.Errorf("PublicSet: %s", diff)
	}
}

func BenchmarkUnmarshal(b *testing.B) {
	for _, alg := range []string{"ES256", "RS256"} {
		b.Run(alg, func(b *testing.B) {
			r := newRing(b, alg)
			ok(b, r.Rotate(start))
			text := []byte(stored(b, r))
			for b.Loop() {
				if _, err := keyring.Unmarshal(text); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
