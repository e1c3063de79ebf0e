package lint

import (
	"slices"
	"strings"

	"jotkit/token"
)

// secretNames are how the names of claims with a secret end.
var secretNames = []string{
	"password", "passwd", "pwd", "passphrase", "secret", "apikey", "secretkey", "privatekey", "accesskey", "signingkey",
	"encryptionkey", "accesstoken", "refreshtoken", "credentials", "recoverycode", "otpseed",
}

var privatePEM = &pattern{expression: `-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY`}

// secretShapes are secrets that say by themselves what they are.
var secretShapes = []struct {
	what  string
	shape *pattern
}{
	{"a private key (PEM)", privatePEM},
	{"a private key (age)", &pattern{expression: `AGE-SECRET-KEY-1[0-9A-Z]{20}`}},
	{"a refresh token", &pattern{expression: `\bjkr_[A-Z2-7]{26}\.`}},
	{"an access key of AWS", &pattern{expression: `\b(?:AKIA|ASIA)[0-9A-Z]{16}\b`}},
	{"a token of GitHub", &pattern{expression: `\bgh[opsur]_[0-9A-Za-z]{36}|\bgithub_pat_[0-9A-Za-z_]{22}`}},
	{"a token of GitLab", &pattern{expression: `\bgl(?:pat|dt|rt|cbt|ptt)-[0-9A-Za-z_-]{20}`}},
	{"a token of Slack", &pattern{expression: `\bxox[abeoprs]-[0-9A-Za-z-]{10}`}},
	{"a key of Google", &pattern{expression: `\bAIza[0-9A-Za-z_-]{35}`}},
	{"a key of Stripe", &pattern{expression: `\b[rs]k_(?:live|test)_[0-9A-Za-z]{16}`}},
	{"a token of npm", &pattern{expression: `\bnpm_[0-9A-Za-z]{36}`}},
	{"a token of Vault", &pattern{expression: `\bhv[bs]\.[0-9A-Za-z_-]{20}`}},
	{"the hash of a password", &pattern{expression: `\$(?:argon2id?|argon2d|2[aby]|scrypt|[156y])\$[^ ]{8}`}},
	{"a URL with a password", &pattern{expression: `[a-z][a-z0-9+.-]*://[^/@:\s]+:[^/@\s]+@`}},
}

// secretIn says what secret a value is, or "". By its name alone only a string is one.
func secretIn(name, text string, quoted bool) string {
	for _, s := range secretShapes {
		if s.shape.matches(text) {
			return s.what
		}
	}
	if what := encodedKey(text); what != "" {
		return what
	}
	if quoted && slices.ContainsFunc(secretNames, func(ending string) bool { return strings.HasSuffix(name, ending) }) {
		return "a secret, by its name"
	}
	return ""
}

// privateJWK tells whether an object is a key with its private half, or a secret (RFC 7518 section 6).
func privateJWK(j token.Members) bool {
	_, key := j.Value("kty")
	_, half := j.Value("d")
	_, secret := j.Value("k")
	return key && (half || secret)
}
