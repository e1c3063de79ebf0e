package cmd

import (
	"os"
	"testing"
)

// TestHAProxy has HAProxy verify with the exported PEM of the active key and of the next, by kid.
func TestHAProxy(t *testing.T) {
	peer(t, "haproxy")
	s := newServing(t)
	var keys []pemFile
	start := func() judge {
		p := proxy{config: "haproxy.cfg", header: "X-Auth-User", command: []string{"haproxy", "-db", "-f", "haproxy.cfg"}}
		p.start(t, s, map[string]any{"Keys": keys})
		return judge{"HAProxy", p.refuses, map[string]string{"expired": "exp", "for another audience": "aud", "HS-confused": "alg"}}
	}
	keys = append(keys, s.pemFile("active"), s.pemFile("next"))
	haproxy := start()
	for ph := range s.phases() {
		if ph.rotations == 2 { // the first rotation is nothing to HAProxy, which had the next key
			keys = append(keys, s.pemFile("active"))
			haproxy = start()
		}
		haproxy.alone(t, ph)
	}
	for _, raw := range []string{"", "a.b.c"} {
		if why := haproxy.refuses(t, raw); why == "" {
			t.Errorf("%q is let through", raw)
		}
	}
}

// A pemFile is the file of a public key.
type pemFile struct{ KID, File string }

func (s *serving) pemFile(state string) pemFile {
	s.t.Helper()
	f := pemFile{s.keyID(state), s.path(s.keyID(state) + ".pem")}
	if err := os.WriteFile(f.File, []byte(s.pem(state)), 0o600); err != nil {
		s.t.Fatal(err)
	}
	return f
}
