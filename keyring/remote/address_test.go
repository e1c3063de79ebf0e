package remote

import (
	"errors"
	"strings"
	"testing"
)

func TestAddress(t *testing.T) {
	for text, says := range map[string]string{
		"https://id.example/jwks":            "",
		"HTTPS://id.example:8443/jwks?v=1":   "",
		"http://127.0.0.1:8080/jwks":         "",
		"http://127.9.9.9/jwks":              "",
		"http://[::1]:8080/jwks":             "",
		"http://localhost/jwks":              "",
		"http://LocalHost:1/jwks":            "",
		"http://id.example/jwks":             "plain http",
		"http://localhost.id.example/jwks":   "plain http",
		"http://127.0.0.1.id.example/jwks":   "plain http",
		"http://[::ffff:10.0.0.1]/jwks":      "plain http",
		"http://10.0.0.1/jwks":               "plain http",
		"http://0.0.0.0/jwks":                "plain http",
		"http://2130706433/jwks":             "plain http",
		"http://127.1/jwks":                  "plain http",
		"file:///etc/passwd":                 "not https://",
		"ftp://id.example/jwks":              "not https://",
		"unix:///run/jwks.sock":              "not https://",
		"data:application/json,{}":           "not https://",
		"//id.example/jwks":                  "not https://",
		"id.example":                         "not https://",
		"https://":                           "not https://",
		"https:///jwks":                      "not https://",
		"https://:443/jwks":                  "not https://",
		"https://ada:secret@id.example/jwks": "has a user name",
		"http://127.0.0.1@id.example/jwks":   "has a user name",
		"https://id.example/jwks#top":        "has a fragment",
		"https://id.example/\x7f":            "no URL",
		"https://id.example:port/":           "no URL",
		"":                                   "not https://",
		"https://id.example/" + strings.Repeat("a", maxAddress): "no URL",
	} {
		_, err := Client{}.JWKS(text)
		switch {
		case says == "" && err != nil:
			t.Errorf("%q: %v", text, err)
		case says != "" && (!errors.Is(err, ErrAddress) || !strings.Contains(err.Error(), says)):
			t.Errorf("%q: %v, want %q", text, err, says)
		case err != nil && strings.Contains(err.Error(), "secret"):
			t.Errorf("%q: %v shows the password", text, err)
		}
	}
	for _, issuer := range []string{"https://id.example?a=b", "https://id.example?", "http://id.example", "accounts.google.com"} {
		if _, err := (Client{}).Issuer(issuer); !errors.Is(err, ErrAddress) {
			t.Errorf("issuer %q: %v", issuer, err)
		}
	}
}
