package keyring_test

import (
	"errors"
	"strings"
	"testing"

	"jotkit/keyring"
	"jotkit/token"
)

func TestParseRefuses(t *testing.T) {
	ec := keyFor(t, "ES256")
	pub, priv := jwk(t, ec, false), jwk(t, ec, true)
	kid := `"kid":"` + ec.ID() + `"`
	rsa := keyFor(t, "RS256")
	hs := jwk(t, keyFor(t, "HS256"), true)
	member := func(j, name string) string { // the text of a member with its value
		_, after, _ := strings.Cut(j, `"`+name+`":"`)
		value, _, _ := strings.Cut(after, `"`)
		return `"` + name + `":"` + value + `"`
	}
	change := func(j string, replace ...string) string { return strings.NewReplacer(replace...).Replace(j) }
	x := member(pub, "x")
	rsaPriv := jwk(t, rsa, true)
	okp := jwk(t, keyFor(t, "EdDSA"), true)

	tests := []struct {
		name, in string
		alg      string
		err      error
		says     string
	}{
		{name: "nothing", in: " \n", err: keyring.ErrNotAKey, says: "nothing in it"},
		{name: "HTML", in: "<!DOCTYPE html><html>", err: keyring.ErrNotAKey, says: "an HTML page"},
		{name: "XML", in: "<?xml version='1.0'?>", err: keyring.ErrNotAKey, says: "an XML document"},
		{name: "a token", in: "eyJhbGciOiJub25lIn0.e30.", err: keyring.ErrNotAKey, says: "a token"},
		{name: "an encrypted token", in: "eyJh.a.b.c.d", err: keyring.ErrNotAKey, says: "an encrypted token"},
		{name: "text", in: "hunter2", err: keyring.ErrNotAKey, says: "neither JSON nor PEM"},
		{name: "DER", in: "\x30\x82\x01\x22", err: keyring.ErrNotAKey, says: "DER"},
		{name: "binary", in: "\x7fELF\x00", err: keyring.ErrNotAKey, says: "a binary file"},
		{name: "PuTTY", in: "PuTTY-User-Key-File-3: ssh-ed25519", err: keyring.ErrNotAKey, says: "PuTTY"},
		{name: "SSH2", in: "---- BEGIN SSH2 PUBLIC KEY ----", err: keyring.ErrNotAKey, says: "RFC 4716"},
		{name: "array", in: "[" + pub + "]", err: keyring.ErrNotAKey, says: "a JSON array"},
		{name: "discovery", in: `{"issuer":"x","jwks_uri":"y"}`, err: keyring.ErrNotAKey, says: "jwks_uri"},
		{name: "token response", in: `{"access_token":"x"}`, err: keyring.ErrNotAKey, says: "a token response"},
		{name: "empty object", in: `{}`, err: keyring.ErrNotAKey, says: "without"},
		{name: "too large", in: strings.Repeat(" ", keyring.MaxLength+1), err: keyring.ErrNotAKey, says: "512 KiB"},

		{name: "cut off", in: pub[:len(pub)-1], err: keyring.ErrNotAKey, says: "no valid JSON object (at byte"},
		{name: "trailing object", in: pub + pub, err: keyring.ErrNotAKey, says: "something after"},
		{name: "trailing text", in: pub + "x", err: keyring.ErrNotAKey},
		{name: "two kids", in: change(pub, kid, kid+","+kid), err: keyring.ErrNotAKey, says: "twice"},
		{name: "two names deep down", in: change(pub, kid, kid+`,"a":{"b":[{"c":1,"c":2}]}`), err: keyring.ErrNotAKey, says: "twice"},
		{name: "a name in escapes twice", in: change(pub, kid, kid+`,"k\u0069d":"x"`), err: keyring.ErrNotAKey, says: "twice"},
		{name: "bad UTF-8", in: change(pub, kid, "\"kid\":\"\xff\""), err: keyring.ErrNotAKey},
		{name: "lone surrogate", in: change(pub, kid, `"kid":"\ud800"`), err: keyring.ErrNotAKey},
		{name: "kid a number", in: change(pub, kid, `"kid":1`), err: keyring.ErrNotAKey, says: `"kid"`},
		{name: "kid null", in: change(pub, kid, `"kid":null`), err: keyring.ErrNotAKey, says: `"kid"`},
		{name: "kid too long", in: change(pub, kid, `"kid":"`+strings.Repeat("k", 1025)+`"`), err: keyring.ErrNotAKey, says: "1024"},
		{name: "names of another case", in: change(pub, `"x"`, `"X"`), err: keyring.ErrNotAKey, says: `"x" is missing`},

		{name: "no x", in: change(pub, x, `"z":"1"`), err: keyring.ErrNotAKey, says: `"x" is missing`},
		{name: "no crv", in: change(pub, `"crv"`, `"z"`), err: keyring.ErrNotAKey, says: `"crv"`},
		{name: "kty empty", in: change(pub, `"EC"`, `""`), err: keyring.ErrNotAKey, says: `"kty"`},
		{name: "kty unknown", in: change(pub, `"EC"`, `"AKP"`), err: keyring.ErrUnsupported, says: "AKP"},
		{name: "crv unknown", in: change(pub, "P-256", "secp256k1"), err: keyring.ErrUnsupported, says: "secp256k1"},
		{name: "crv of another length", in: change(pub, "P-256", "P-384"), err: token.ErrKeyMismatch, says: "48"},
		{name: "padding", in: change(pub, x, x[:len(x)-1]+`="`), err: keyring.ErrNotAKey, says: "base64url"},
		{name: "line end in base64url", in: change(pub, x, x[:20]+`\n`+x[20:]), err: keyring.ErrNotAKey, says: "base64url"},
		{name: "spare bits", in: change(pub, x, x[:len(x)-2]+spare(x[len(x)-2])+`"`), err: keyring.ErrNotAKey, says: "base64url"},
		{name: "x with a zero in front", in: change(pub, x, `"x":"AA`+x[5:]), err: keyring.ErrNotAKey},
		{name: "x short", in: change(pub, x, `"x":"AAAA"`), err: token.ErrKeyMismatch, says: "32 are wanted"},
		{name: "off the curve", in: change(pub, x, `"x":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE"`), err: token.ErrKeyMismatch, says: "curve"},
		{name: "alg of another curve", in: change(pub, "ES256", "ES384"), err: token.ErrKeyMismatch},
		{name: "alg of another kind", in: change(pub, "ES256", "HS256"), err: token.ErrKeyMismatch},
		{name: "alg none", in: change(pub, "ES256", "none"), err: token.ErrUnknownAlgorithm, says: "none"},
		{name: "alg of JWE", in: change(pub, "ES256", "ECDH-ES"), err: keyring.ErrUnsupported, says: "ECDH-ES"},
		{name: "asked for another alg", in: pub, alg: "ES384", err: token.ErrKeyMismatch, says: "asked for"},
		{name: "asked for the other name", in: jwk(t, keyFor(t, "EdDSA"), false), alg: "Ed25519", err: token.ErrKeyMismatch},

		{name: "use enc", in: change(pub, `"sig"`, `"enc"`), err: keyring.ErrUnsupported, says: `"enc"`},
		{name: "use empty", in: change(pub, `"sig"`, `""`), err: keyring.ErrUnsupported},
		{name: "use null", in: change(pub, `"sig"`, `null`), err: keyring.ErrNotAKey, says: `"use"`},
		{name: "ops encrypt", in: change(pub, kid, kid+`,"key_ops":["encrypt"]`), err: keyring.ErrUnsupported, says: "key_ops"},
		{name: "ops empty", in: change(pub, kid, kid+`,"key_ops":[]`), err: keyring.ErrUnsupported},
		{name: "ops sign of a public key", in: change(pub, kid, kid+`,"key_ops":["sign"]`), err: keyring.ErrUnsupported},
		{name: "ops verify of a private key", in: change(priv, kid, kid+`,"key_ops":["verify"]`), err: keyring.ErrUnsupported},
		{name: "ops twice", in: change(pub, kid, kid+`,"key_ops":["verify","verify"]`), err: keyring.ErrNotAKey, says: "key_ops"},
		{name: "ops a string", in: change(pub, kid, kid+`,"key_ops":"verify"`), err: keyring.ErrNotAKey, says: "key_ops"},
		{name: "revoked", in: change(pub, kid, kid+`,"revoked":{"revoked_at":1}`), err: keyring.ErrUnsupported, says: "revoked"},

		{name: "d of another key", in: change(priv, member(priv, "d"), `"d":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE"`), err: token.ErrKeyMismatch, says: "private half"},
		{name: "d zero", in: change(priv, member(priv, "d"), `"d":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"`), err: token.ErrKeyMismatch},
		{name: "d empty", in: change(priv, member(priv, "d"), `"d":""`), err: keyring.ErrNotAKey, says: `"d" is missing`},
		{name: "d short", in: change(priv, member(priv, "d"), `"d":"AAAB"`), err: token.ErrKeyMismatch},

		{name: "RSA without primes", in: change(rsaPriv, member(rsaPriv, "p")+",", ""), err: keyring.ErrNotAKey, says: `"p" is missing`},
		{name: "RSA without d", in: change(rsaPriv, member(rsaPriv, "d")+",", ""), err: keyring.ErrNotAKey, says: `"d" is missing`},
		{name: "RSA primes swapped", in: change(rsaPriv, `"p"`, `"q"`, `"q"`, `"p"`), err: token.ErrKeyMismatch},
		{name: "RSA wrong dp", in: change(rsaPriv, `"dp"`, `"dq"`, `"dq"`, `"dp"`), err: token.ErrKeyMismatch},
		{name: "RSA dp not its own", in: change(rsaPriv, member(rsaPriv, "dp"), `"dp":"Aw"`), err: token.ErrKeyMismatch},
		{name: "RSA dq not its own", in: change(rsaPriv, member(rsaPriv, "dq"), `"dq":"Aw"`), err: token.ErrKeyMismatch},
		{name: "RSA qi not its own", in: change(rsaPriv, member(rsaPriv, "qi"), `"qi":"Aw"`), err: token.ErrKeyMismatch},
		{name: "Ed25519 d of another key", in: change(okp, member(okp, "d"), `"d":"`+strings.Repeat("A", 43)+`"`), err: token.ErrKeyMismatch, says: "private half"},
		{name: "RSA of three primes", in: change(rsaPriv, `"RSA"`, `"RSA","oth":[]`), err: keyring.ErrUnsupported, says: "two primes"},
		{name: "RSA n with a zero in front", in: change(rsaPriv, `"n":"`, `"n":"AAAA`), err: keyring.ErrNotAKey, says: "zero octet"},
		{name: "RSA small e", in: change(jwk(t, rsa, false), "AQAB", "Aw"), err: token.ErrWeakKey},
		{name: "RSA huge e", in: change(jwk(t, rsa, false), "AQAB", "AQAAAAAAAAAB"), err: token.ErrWeakKey},
		{name: "RSA even n", in: `{"kty":"RSA","n":"` + strings.Repeat("gAAA", 85) + `gA","e":"AQAB"}`, err: token.ErrKeyMismatch},
		{name: "RSA of 1024 bits", in: `{"kty":"RSA","e":"AQAB","n":"` + strings.Repeat("_w-_", 42) + `_w"}`, err: token.ErrWeakKey, says: "bits"},
		{name: "RSA beyond bounds", in: `{"kty":"RSA","e":"AQAB","n":"` + strings.Repeat("_w-_", 400) + `"}`, err: keyring.ErrNotAKey, says: "1024"},
		{name: "short secret", in: `{"kty":"oct","k":"c2VjcmV0"}`, err: token.ErrWeakKey},
		{name: "secret too short for its alg", in: change(hs, "HS256", "HS512"), err: token.ErrWeakKey},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			keys, err := keyring.Parse([]byte(tt.in), keyring.ParseOptions{Algorithm: tt.alg})
			if !errors.Is(err, tt.err) || keys != nil {
				t.Fatalf("got %v, %v; want %v", keys, err, tt.err)
			}
			if !strings.Contains(err.Error(), tt.says) {
				t.Errorf("%q does not say %q", err, tt.says)
			}
		})
	}
}

// spare is the character whose four significant bits are those of c and whose spare bits are others.
func spare(c byte) string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	return string(alphabet[strings.IndexByte(alphabet, c)^1])
}

func TestParseOptions(t *testing.T) {
	rsa := jwk(t, keyFor(t, "RS256"), false, `"alg":"RS256",`, "")
	ec := jwk(t, keyFor(t, "ES384"), false, `"alg":"ES384",`, "")
	secret := jwk(t, keyFor(t, "HS512"), true, `"alg":"HS512",`, "")
	okp := jwk(t, keyFor(t, "EdDSA"), false, `"alg":"EdDSA",`, "")
	tests := []struct{ name, in, alg, want string }{
		{"RSA", rsa, "", "RS256"},
		{"RSA for PSS", rsa, "PS512", "PS512"},
		{"EC implies its own", ec, "", "ES384"},
		{"EC asked for its own", ec, "ES384", "ES384"},
		{"secret", secret, "", "HS256"},
		{"secret asked for", secret, "HS512", "HS512"},
		{"OKP", okp, "", "EdDSA"},
		{"OKP by its new name", okp, "Ed25519", "Ed25519"},
		{"private with key_ops", jwk(t, keyFor(t, "ES256"), true, `"sig"`, `"sig","key_ops":["sign","verify"]`), "", "ES256"},
		{"secret with key_ops", jwk(t, keyFor(t, "HS256"), true, `"sig"`, `"sig","key_ops":["verify"]`), "", "HS256"},
		{"byte order mark", "\ufeff" + ec + "\r\n", "", "ES384"},
		{"jku and x5u are not looked at", jwk(t, keyFor(t, "ES256"), false, `"sig"`, `"sig","x5u":"http://127.0.0.1:1/","x5c":[7],"jku":{}`), "", "ES256"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			k := mustParse(t, tt.in, keyring.ParseOptions{Algorithm: tt.alg})
			if len(k) != 1 || k[0].Algorithm() != tt.want || k[0].ID() != keyring.Thumbprint(k[0]) {
				t.Errorf("got %v, want %s under its thumbprint", k, tt.want)
			}
		})
	}
}

func TestParseUnnamed(t *testing.T) {
	k := keyFor(t, "ES256")
	unnamed := jwk(t, k, false, `"kid":"`+k.ID()+`",`, "")
	for in, want := range map[string]string{unnamed: "", `{"keys":[` + unnamed + `]}`: "", jwk(t, k, false): k.ID()} {
		if got := mustParse(t, in, keyring.ParseOptions{KeepUnnamed: true}); got[0].ID() != want {
			t.Errorf("kept: kid %q, want %q", got[0].ID(), want)
		}
		if got := mustParse(t, in, keyring.ParseOptions{}); got[0].ID() != k.ID() {
			t.Errorf("named: kid %q, want the thumbprint", got[0].ID())
		}
	}
}
