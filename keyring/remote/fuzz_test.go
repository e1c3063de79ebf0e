package remote

import (
	"net/netip"
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

// Whatever metadata gets through names just this issuer once, and keys at an https URL.
func FuzzMetadata(f *testing.F) {
	const issuer = "https://id.example"
	asked, err := issuerAddress(issuer)
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte(metadata(issuer, issuer+"/jwks")))
	f.Add([]byte(`{"issuer":"https:\/\/id.example","jwks_uri":"https://x","a":[{}]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		u, err := readMetadata(body, issuer, asked)
		if err != nil {
			return
		}
		if u.Scheme != "https" || u.Host == "" || strings.Count(string(body), `"issuer"`) == 0 && !strings.Contains(string(body), `\u`) {
			t.Fatalf("%q: %v", body, u)
		}
	})
}
