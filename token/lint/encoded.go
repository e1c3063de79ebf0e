package lint

import (
	"bytes"
	"crypto/x509"
	"encoding/base64"
	"strings"

	"jotkit/token"
)

// encodedKey says what private key stands in text in a form that is not seen at once, or "": JSON inside the string, or
// what has no place in a JSON string, such as PEM and DER, in base64.
func encodedKey(text string) string {
	if what := keyIn([]byte(text)); what != "" {
		return what
	}
	bare := strings.NewReplacer("-", "+", "_", "/", "\n", "", "\r", "", " ", "").Replace(strings.TrimRight(text, "=\r\n "))
	data, err := base64.RawStdEncoding.DecodeString(bare)
	if err != nil {
		return ""
	}
	return keyIn(data)
}

func keyIn(data []byte) string {
	members, err := token.ParseObject(bytes.TrimSpace(data))
	switch {
	case err == nil && privateJWK(members):
		return "a private key (JWK)"
	case privatePEM.regexp().Match(data):
		return "a private key (PEM)"
	case privateDER(data):
		return "a private key (DER)"
	}
	return ""
}

// privateDER tells whether data is a private key as RFC 5208, 8017 or 5915 have it.
func privateDER(data []byte) bool {
	if len(data) < 16 || data[0] != 0x30 { // a sequence
		return false
	}
	_, err8 := x509.ParsePKCS8PrivateKey(data)
	_, err1 := x509.ParsePKCS1PrivateKey(data)
	_, errEC := x509.ParseECPrivateKey(data)
	return err8 == nil || err1 == nil || errEC == nil
}
