package cmd

import (
	"net/url"
	"os"
	"testing"
)

// TestApache has mod_oauth2 of Apache ask the server about each token, at /introspect.
func TestApache(t *testing.T) {
	peer(t, "apache2")
	const modules = "/usr/lib/apache2/modules"
	if _, err := os.Stat(modules + "/mod_oauth2.so"); err != nil {
		lacking(t, "mod_oauth2")
	}
	s := newServing(t)
	s.registerService("watch")
	front := proxy{config: "apache.conf", header: "OAUTH2_CLAIM_sub",
		command: []string{"apache2", "-D", "FOREGROUND", "-f", s.path("apache.conf")}}
	front.start(t, s, map[string]any{"Modules": modules, "Name": "watch", "Password": url.QueryEscape(servicePassword)})
	const inactive = `error="invalid_token"`
	apache := judge{"mod_oauth2", front.refuses, map[string]string{
		"expired": inactive, "HS-confused": inactive, "revoked": inactive, // the audience Apache looks at by itself
	}}
	for ph := range s.phases() {
		apache.asking(t, ph)
	}
}
