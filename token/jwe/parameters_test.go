package jwe_test

import (
	"bytes"
	"compress/flate"
	"crypto/elliptic"
	"encoding/json"
	"errors"
	"runtime"
	"strings"
	"testing"

	"jotkit/token"
	"jotkit/token/jwe"
)

// TestRefusedEphemeralKeys looks at the sender's key, which is a stranger's to choose.
func TestRefusedEphemeralKeys(t *testing.T) {
	own := ecKey(t, elliptic.P256())
	k := newKey(t, "", "ECDH-ES", own)
	good := encrypt(t, k, "A128GCM")
	point := func(curve elliptic.Curve) map[string]any {
		b, err := ecKey(t, curve).PublicKey.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		half := len(b) / 2
		return map[string]any{
			"kty": "EC", "crv": curve.Params().Name, "x": b64.EncodeToString(b[1 : half+1]), "y": b64.EncodeToString(b[half+1:]),
		}
	}
	with := func(curve elliptic.Curve, name string, value any) any {
		epk := point(curve)
		epk[name] = value
		return epk
	}
	p256, zero := elliptic.P256(), strings.Repeat("A", 43)
	for name, epk := range map[string]any{
		"absent":               nil,
		"a string":             "x",
		"off the curve":        with(p256, "y", b64.EncodeToString(secret(32, 1))),
		"at infinity":          map[string]any{"kty": "EC", "crv": "P-256", "x": zero, "y": zero},
		"another curve":        point(elliptic.P384()),
		"another curve's name": with(elliptic.P384(), "crv", "P-256"),
		"no curve":             with(p256, "crv", ""),
		"x too short":          with(p256, "x", "AAAA"),
		"x with spare bits":    with(p256, "x", strings.Repeat("A", 42)+"B"),
		"a private half":       with(p256, "d", b64.EncodeToString(secret(32, 1))),
		"a secret":             map[string]any{"kty": "oct", "k": "AAAA"},
	} {
		t.Run(name, func(t *testing.T) {
			raw := withHeader(t, good, "epk", epk)
			if opened, err := jwe.Decrypt(raw, k); !errors.Is(err, token.Malformed) || opened != nil {
				t.Errorf("%v", err)
			}
		})
	}
	if _, err := jwe.Decrypt(withHeader(t, good, "apu", "A"), k); !errors.Is(err, token.Malformed) {
		t.Errorf("apu: %v", err)
	}
	if _, err := jwe.Decrypt(withHeader(t, good, "epk", point(p256)), k); !errors.Is(err, token.BadSignature) {
		t.Errorf("another point on the curve: %v", err)
	}
}

// TestPasswordBounds: what a token asks a password to be put through is looked at before it is done.
func TestPasswordBounds(t *testing.T) {
	v := readVectors(t)["rfc7517-c.json"]
	keys := parse(t, v.JWK, v.Alg)
	for _, row := range []struct {
		name  string
		value any
		want  error
	}{
		{"p2c", 999, token.AlgorithmRefused},
		{"p2c", 1_000_001, token.AlgorithmRefused},
		{"p2c", 1 << 31, token.AlgorithmRefused},
		{"p2c", json.RawMessage("99999999999999999999"), token.Malformed},
		{"p2c", json.RawMessage("4096.0"), token.Malformed},
		{"p2c", -4096, token.Malformed},
		{"p2c", "4096", token.Malformed},
		{"p2c", nil, token.Malformed},
		{"p2s", "", token.Malformed},
		{"p2s", b64.EncodeToString(make([]byte, 7)), token.Malformed},
		{"p2s", b64.EncodeToString(make([]byte, 257)), token.Malformed},
		{"p2s", "====", token.Malformed},
		{"p2s", nil, token.Malformed},
		{"p2c", 1000, token.BadSignature}, // is done, and makes another key
	} {
		if opened, err := jwe.Decrypt(withHeader(t, v.Token, row.name, row.value), keys...); !errors.Is(err, row.want) || opened != nil {
			t.Errorf("%s %v: got %v, want %v", row.name, row.value, err, row.want)
		}
	}
}

// TestZipBomb: 20 MB in 20 kilobytes are not inflated. It counts bytes, not time.
func TestZipBomb(t *testing.T) {
	var bomb bytes.Buffer
	w, err := flate.NewWriter(&bomb, flate.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	for range 20 {
		if _, err := w.Write(make([]byte, 1_000_000)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	raw := seal(t, `{"alg":"dir","enc":"A256GCM","zip":"DEF"}`, bomb.Bytes())
	k := direct(t)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err = jwe.Decrypt(raw, k)
	runtime.ReadMemStats(&after)
	if used := after.TotalAlloc - before.TotalAlloc; !errors.Is(err, token.AlgorithmRefused) || used > 2<<20 {
		t.Errorf("%v, after %d bytes", err, used)
	}
}

// withHeader is raw with one parameter of its header set, or gone where value is nil.
func withHeader(t *testing.T, raw, name string, value any) string {
	t.Helper()
	parts := strings.Split(raw, ".")
	text, err := b64.DecodeString(parts[0])
	if err != nil {
		t.Fatal(err)
	}
	header := map[string]any{}
	if err := json.Unmarshal(text, &header); err != nil {
		t.Fatal(err)
	}
	header[name] = value
	if value == nil {
		delete(header, name)
	}
	parts[0] = b64.EncodeToString(marshal(t, header))
	return join(parts...)
}
