package lint

import (
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"strings"
	"time"

	"jotkit/token"
)

// Secret looks at a secret for HMAC.
func Secret(secret []byte) []Finding {
	var f findings
	f.lookAtSecret("secret", secret)
	return f
}

func (f *findings) lookAtSecret(where string, secret []byte) {
	if why, guessable := Guessable(secret); guessable {
		f.add("guessable_secret", where, "%s; make one with 32 random bytes", why)
	}
}

// JWKs looks at a JWK or a JWK Set (RFC 7517) as it is written. own tells that it is in a file for its owner alone, where
// private keys may be. Of what is neither it says nothing; whether the keys can be used is for keyring.Parse to say.
func JWKs(data []byte, own bool) []Finding {
	var f findings
	top, err := token.ParseObject(data)
	if err != nil {
		return nil
	}
	set, isSet := top.Value("keys")
	if !isSet {
		if _, isKey := top.Value("kty"); isKey {
			f.lookAtJWK("key", top)
		}
		return f
	}
	var values []json.RawMessage
	_ = json.Unmarshal(set, &values) // of what is no list there are no keys
	f.lookAtSet(values, own)
	return f
}

func (f *findings) lookAtSet(values []json.RawMessage, own bool) {
	seen := map[string]string{}
	private := 0
	for i, value := range values {
		members, err := token.ParseObject(value)
		if err != nil {
			continue
		}
		where := fmt.Sprintf("key %d", i+1)
		f.lookAtJWK(where, members)
		if privateJWK(members) {
			private++
		}
		if kid := members.Text("kid"); kid != "" && seen[kid] != "" {
			f.add("equal_kids", where, "%s has the same kid, and a verifier takes either of them", seen[kid])
		} else {
			seen[kid] = where
		}
	}
	if private > 0 && !own {
		f.add("private_in_set", "keys", "a JWK Set is what verifiers fetch, and %d of its %d keys are private, or secrets", private, len(values))
	}
}

func (f *findings) lookAtJWK(where string, members token.Members) {
	kid := members.Text("kid")
	if kid == "" {
		f.add("missing_kid", where, "a token cannot name it, so it cannot be replaced without a gap")
	}
	if why := oddKid(kid); why != "" {
		f.add("odd_kid", where, "%s: a verifier that looks it up carelessly is steered by it", why)
	}
	if members.Text("alg") == "" {
		f.add("missing_alg", where, "a verifier has to choose the algorithm, or takes it from the token")
	}
	_, use := members.Value("use")
	_, ops := members.Value("key_ops")
	if !use && !ops {
		f.add("missing_use", where, "say \"use\":\"sig\", so that nobody encrypts with it")
	}
	if members.Text("kty") != "oct" {
		return
	}
	if secret, err := base64.RawURLEncoding.DecodeString(members.Text("k")); err == nil {
		f.lookAtSecret(where, secret)
	}
}

// Certificates looks at the times of the certificates in a PEM file.
func Certificates(data []byte, now time.Time) []Finding {
	var f findings
	for n := 1; ; {
		var block *pem.Block
		if block, data = pem.Decode(data); block == nil {
			return f
		}
		if !strings.HasSuffix(block.Type, "CERTIFICATE") {
			continue
		}
		where := fmt.Sprintf("certificate %d", n)
		n++
		c, err := x509.ParseCertificate(block.Bytes)
		switch {
		case err != nil: // what cannot be read is for keyring.Parse to say
		case now.After(c.NotAfter):
			f.add("expired_certificate", where, "it expired %s", c.NotAfter.UTC().Format(time.RFC3339))
		case now.Before(c.NotBefore):
			f.add("expired_certificate", where, "it holds from %s on", c.NotBefore.UTC().Format(time.RFC3339))
		}
	}
}
