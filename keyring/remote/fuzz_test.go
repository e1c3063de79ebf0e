package remote

import (
	"encoding/json"
	"net/netip"
	"net/url"
	"strings"
	"testing"
)

// Whatever text gets through is an address that means the same when it is read again, and over plain http one of this
// machine.
func FuzzAddress(f *testing.F) {
	for _, s := range []string{
		"https://id.example/jwks", "http://127.0.0.1:8080/", "http://[::1]/", "http://localhost", "http://127.0.0.1@id.example/",
		"http://127.0.0.1\\@id.example/", "http://[::ffff:127.0.0.1]/", "https://id.example%2f@x/", "HTTP://LOCALHOST:80/?#",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		u, err := address(s)
		if err != nil {
			return
		}
		again, err := address(u.String())
		if err != nil || again.Scheme != u.Scheme || again.Host != u.Host {
			t.Fatalf("%q is %q, then %v, %v", s, u, again, err)
		}
		ip, err := netip.ParseAddr(u.Hostname())
		local := err == nil && ip.Unmap().IsLoopback() || strings.ToLower(u.Hostname()) == "localhost"
		if u.Scheme != "https" && (u.Scheme != "http" || !local) || u.User != nil {
			t.Fatalf("%q is %q", s, u)
		}
	})
}

// Whatever metadata gets through names just this issuer and the https URL of its keys to any reader of JSON: encoding/json
// takes the last of two members of one name, and we would take the first.
func FuzzMetadata(f *testing.F) {
	const issuer = "https://id.example"
	asked, err := issuerAddress(issuer)
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte(metadata(issuer, issuer+"/jwks")))
	f.Add([]byte(`{"issuer":"https://other.example","issuer":"` + issuer + `","jwks_uri":"https://x"}`))
	f.Add([]byte(`{"issuer":"https:\/\/id.example","jwks_uri":"https://x","a":[{}]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		u, err := readMetadata(body, issuer, asked)
		if err != nil {
			return
		}
		var theirs map[string]any
		if err := json.Unmarshal(body, &theirs); err != nil || theirs["issuer"] != issuer {
			t.Fatalf("%q: %v, %v", body, theirs, err)
		}
		at, _ := theirs["jwks_uri"].(string)
		if same, err := url.Parse(at); err != nil || *same != *u || u.Scheme != "https" || u.Host == "" {
			t.Fatalf("%q: %v, and they read %q, %v", body, u, at, err)
		}
	})
}
