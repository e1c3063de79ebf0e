package remote

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"jotkit/token"
)

const (
	openidPath = "/.well-known/openid-configuration"
	oauthPath  = "/.well-known/oauth-authorization-server"
)

func metadata(issuer, jwks string) string {
	return fmt.Sprintf(`{"issuer":%q,"jwks_uri":%q}`, issuer, jwks)
}

func TestWellKnown(t *testing.T) {
	for issuer, want := range map[string][]string{
		"https://id.example":       {"https://id.example" + openidPath, "https://id.example" + oauthPath},
		"https://id.example/":      {"https://id.example" + openidPath, "https://id.example" + oauthPath},
		"https://id.example/t/1":   {"https://id.example/t/1" + openidPath, "https://id.example" + oauthPath + "/t/1"},
		"https://id.example/t/1/":  {"https://id.example/t/1" + openidPath, "https://id.example" + oauthPath + "/t/1"},
		"https://id.example/a%2Fb": {"https://id.example/a%2Fb" + openidPath, "https://id.example" + oauthPath + "/a%2Fb"},
	} {
		u, err := url.Parse(issuer)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, place := range wellKnown(u) {
			got = append(got, place.String())
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", issuer, diff)
		}
	}
}

// The keys of an issuer are found by either of its documents, behind an error or a page too, and kept with it.
func TestDiscover(t *testing.T) {
	page := func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<!doctype html><div id=app>") }
	for _, c := range []struct {
		name, path, at string
		other          http.HandlerFunc // at the place that is asked first
	}{
		{"openid", "", openidPath, nil},
		{"openid below a path", "/realms/one", "/realms/one" + openidPath, nil},
		{"a slash at the end", "/", openidPath, nil},
		{"oauth", "", oauthPath, nil},
		{"oauth below a path", "/realms/one", oauthPath + "/realms/one", nil},
		{"oauth beside a page for everything", "", oauthPath, page},
		{"oauth beside a server error", "", oauthPath, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := newOrigin(t)
			client, clock := o.client(t)
			if c.other != nil {
				o.handle(c.path+openidPath, c.other)
			}
			o.show(c.at, metadata(o.URL+c.path, o.URL+"/jwks"), "max-age=3600")
			o.show("/jwks", setOf(t, "a"), "max-age=60")
			find := func(asked int) {
				t.Helper()
				s, err := client.Issuer(o.URL + c.path)
				if err != nil {
					t.Fatal(err)
				}
				o.wantKey(t, s, "a", nil, asked)
			}
			find(1)
			find(1)
			clock.add(time.Minute)
			find(2)
			if n := o.count(c.at); n != 1 {
				t.Errorf("the metadata was asked for %d times", n)
			}
			clock.add(24 * time.Hour)
			client.Offline = true
			find(2)
		})
	}
}

// Keys may lie on another host: it is the issuer who says so.
func TestKeysElsewhere(t *testing.T) {
	issuer, keys := newOrigin(t), newOrigin(t)
	client, _ := issuer.client(t)
	client.rootCAs.AddCert(keys.Certificate())
	issuer.show(openidPath, metadata(issuer.URL, keys.URL+"/jwks"), "")
	keys.show("/jwks", setOf(t, "a"), "")
	s, err := client.Issuer(issuer.URL)
	if err != nil {
		t.Fatal(err)
	}
	keys.wantKey(t, s, "a", nil, 1)
}

// A kid that is new has the issuer asked again where its keys are: it may have moved them along with the rotation.
func TestKeysMove(t *testing.T) {
	o := newOrigin(t)
	client, _ := o.client(t)
	o.show(openidPath, metadata(o.URL, o.URL+"/old"), "max-age=3600")
	o.show("/old", setOf(t, "a"), "max-age=3600")
	s, err := client.Issuer(o.URL)
	if err != nil {
		t.Fatal(err)
	}
	o.wantKey(t, s, "a", nil, 0)
	o.show(openidPath, metadata(o.URL, o.URL+"/jwks"), "max-age=3600")
	o.show("/jwks", setOf(t, "b"), "max-age=3600")
	o.wantKey(t, s, "b", nil, 1)
}

func TestBadMetadata(t *testing.T) {
	inside := httptest.NewServer(http.NotFoundHandler())
	defer inside.Close()
	for _, c := range []struct {
		name, body string // %s is the issuer, %S the same in capitals
		err        error
		says       string
	}{
		{"another issuer", metadata("https://other.example", "%s/jwks"), ErrIssuer, `the metadata is of "https://other.example"`},
		{"a slash more", metadata("%s/", "%s/jwks"), ErrIssuer, "another issuer"},
		{"another case", metadata("%S", "%s/jwks"), ErrIssuer, "another issuer"},
		{"no issuer", `{"jwks_uri":"%s/jwks"}`, ErrUnavailable, `JSON without "issuer"`},
		{"issuer of another kind", `{"issuer":["%s"],"jwks_uri":"%s/jwks"}`, ErrUnavailable, `JSON without "issuer"`},
		{"name in another case", `{"Issuer":"%s","jwks_uri":"%s/jwks"}`, ErrUnavailable, `JSON without "issuer"`},
		{"issuer twice", `{"issuer":"https://other.example","issuer":"%s","jwks_uri":"%s/jwks"}`, ErrUnavailable, "stands twice"},
		{"no keys", `{"issuer":"%s"}`, ErrUnavailable, `names no "jwks_uri"`},
		{"keys over plain http", metadata("%s", "http://id.example/jwks"), ErrAddress, "plain http"},
		{"keys on this machine", metadata("%s", inside.URL+"/jwks"), ErrAddress, "is not https, as its issuer is"},
		{"keys in a file", metadata("%s", "file:///etc/passwd"), ErrAddress, `its "jwks_uri": address refused`},
		{"keys without a host", metadata("%s", "/jwks"), ErrAddress, "is not https://HOST"},
		{"page", "<html>", ErrUnavailable, "an HTML page"},
		{"a set", `{"keys":[]}`, ErrUnavailable, `JSON without "issuer"`},
		{"half", `{"issuer":"%s`, ErrUnavailable, "no valid JSON object"},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := newOrigin(t)
			client, _ := o.client(t)
			o.show(openidPath, strings.NewReplacer("%s", o.URL, "%S", strings.ToUpper(o.URL)).Replace(c.body), "")
			o.show("/jwks", setOf(t, "a"), "")
			s, err := client.Issuer(o.URL)
			if err != nil {
				t.Fatal(err)
			}
			_, err = s.Key(context.Background(), "a")
			if !errors.Is(err, c.err) || !errors.Is(err, ErrUnavailable) || !strings.Contains(err.Error(), c.says) || errors.Is(err, token.ErrUnknownKey) {
				t.Errorf("%v; want %q", err, c.says)
			}
			if o.count("/jwks") != 0 {
				t.Error("its keys were asked for")
			}
			if c.err != ErrUnavailable && o.count(oauthPath) != 0 {
				t.Error("metadata was there, and other metadata was asked for")
			}
			wantNoCopy(t, client)
		})
	}
}

// An issuer without metadata is named with both places and what was there.
func TestNoMetadata(t *testing.T) {
	o := newOrigin(t)
	client, _ := o.client(t)
	s, err := client.Issuer(o.URL)
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.Key(context.Background(), "a")
	for _, part := range []string{openidPath, oauthPath, "status 404 Not Found"} {
		if !errors.Is(err, ErrUnavailable) || !strings.Contains(err.Error(), part) {
			t.Errorf("%v; want %q", err, part)
		}
	}
	client.Offline = true
	if s, err = client.Issuer(o.URL); err != nil {
		t.Fatal(err)
	}
	if _, err = s.Key(context.Background(), "a"); !errors.Is(err, ErrNotKept) || o.count(openidPath) != 1 {
		t.Errorf("offline: %v, asked %d times", err, o.count(openidPath))
	}
}
