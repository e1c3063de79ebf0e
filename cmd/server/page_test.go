package server

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var pageFiles = map[string]struct{ contentType, content string }{
	"/":         {"text/html; charset=utf-8", pageHTML},
	"/page.css": {"text/css; charset=utf-8", pageCSS},
	"/page.js":  {"text/javascript; charset=utf-8", pageJS},
}

// ask sends one request to the page's routes.
func ask(method, path string, header ...string) *httptest.ResponseRecorder {
	mux := http.NewServeMux()
	pageRoutes(mux)
	r := httptest.NewRequest(method, path, nil)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, r)
	return w
}

func TestPageHeaders(t *testing.T) {
	for path, file := range pageFiles {
		w := ask("GET", path)
		if w.Code != 200 || w.Body.String() != file.content {
			t.Errorf("%s: got %d and %d bytes, want the file", path, w.Code, w.Body.Len())
		}
		for name, want := range map[string]string{
			"Content-Type":                 file.contentType,
			"X-Content-Type-Options":       "nosniff",
			"Referrer-Policy":              "no-referrer",
			"Cross-Origin-Opener-Policy":   "same-origin",
			"Cross-Origin-Resource-Policy": "same-origin",
			"Cache-Control":                "no-cache",
		} {
			if got := w.Header().Get(name); got != want {
				t.Errorf("%s: %s is %q, want %q", path, name, got, want)
			}
		}
		policy := strings.Split(w.Header().Get("Content-Security-Policy"), "; ")
		for _, want := range []string{
			"default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'", "base-uri 'none'",
			"form-action 'none'", "frame-ancestors 'none'", "require-trusted-types-for 'script'", "trusted-types 'none'",
		} {
			if !slices.Contains(policy, want) {
				t.Errorf("%s: the policy %q lacks %q", path, policy, want)
			}
		}
		if strings.Contains(strings.Join(policy, " "), "unsafe") {
			t.Errorf("%s: the policy %q lets something unsafe through", path, policy)
		}
	}
}

func TestPageIsAskedForAnew(t *testing.T) {
	tags := map[string]bool{}
	for path := range pageFiles {
		etag := ask("GET", path).Header().Get("ETag")
		tags[etag] = true
		if w := ask("GET", path, "If-None-Match", etag); w.Code != 304 || w.Body.Len() != 0 {
			t.Errorf("%s: got %d and %d bytes for its own ETag %s, want 304", path, w.Code, w.Body.Len(), etag)
		}
		if w := ask("GET", path, "If-None-Match", `"other"`); w.Code != 200 {
			t.Errorf("%s: got %d for another ETag, want 200", path, w.Code)
		}
		if w := ask("POST", path); w.Code != 405 {
			t.Errorf("%s: got %d for POST, want 405", path, w.Code)
		}
	}
	if len(tags) != len(pageFiles) || tags[""] {
		t.Errorf("got the ETags %v, want one for each file", tags)
	}
	if w := ask("GET", "/elsewhere"); w.Code != 404 {
		t.Errorf("got %d for another path, want 404", w.Code)
	}
}

// TestPageStandsAlone: nothing comes from another place, and nothing of the page needs what its policy forbids.
func TestPageStandsAlone(t *testing.T) {
	known := []string{"http://www.w3.org/2000/svg", "http://www.w3.org/2000/svg'"} // a name of XML, never fetched
	for path, file := range pageFiles {
		for _, url := range regexp.MustCompile(`(?i)(\bhttps?:|\bwss?:|[("'=\s]//[a-z])[^\s"]*`).FindAllString(withoutComments(file.content), -1) {
			if !slices.ContainsFunc(known, func(k string) bool { return strings.HasPrefix(url, k) }) {
				t.Errorf("%s names %q", path, url)
			}
		}
		for _, never := range []string{
			`innerHTML`, `outerHTML`, `insertAdjacentHTML`, `document\.write`, `\beval\(`, `new Function`, `@import`,
			`localStorage`, `sessionStorage`, `indexedDB`, `document\.cookie`, `console\.`, `pushState`, `replaceState`,
			`location\.(hash|search|href|assign)`, `sendBeacon`, `<style`, `\sstyle="`, `\son[a-z]+="`, `javascript:`, `<script>`,
		} {
			if found := regexp.MustCompile(never).FindString(file.content); found != "" {
				t.Errorf("%s has %q", path, found)
			}
		}
	}
}

// withoutComments leaves out the line comments of JavaScript, which look like addresses without a scheme.
func withoutComments(s string) string {
	return regexp.MustCompile(`(?m)(^|\s)// .*$`).ReplaceAllString(s, "")
}

// TestPageIDs: every element that the script looks for is there, once; so is everything that the HTML refers to.
func TestPageIDs(t *testing.T) {
	seen := map[string]int{}
	for _, m := range regexp.MustCompile(`\sid="([^"]+)"`).FindAllStringSubmatch(pageHTML, -1) {
		seen[m[1]]++
	}
	for id, n := range seen {
		if n != 1 {
			t.Errorf("the id %q stands %d times", id, n)
		}
	}
	asked := 0
	need := func(where, id string) {
		asked++
		if seen[id] == 0 {
			t.Errorf("%s: there is no id %q", where, id)
		}
	}
	for _, m := range regexp.MustCompile(`(?:\$|press)\("([^"]+)"`).FindAllStringSubmatch(pageJS, -1) {
		need("page.js", m[1])
	}
	for _, name := range []string{"header", "claims"} { // paintPart puts these together
		for _, suffix := range []string{"", "-body", "-trouble", "-text"} {
			need("page.js", name+suffix)
		}
	}
	for _, state := range []string{"good", "bad", "unsure", "empty"} { // and icon these
		need("page.js", "i-"+state)
	}
	for _, m := range regexp.MustCompile(`\s(?:for|aria-labelledby|aria-describedby|href)="#?([a-z][a-z0-9-]*)"`).FindAllStringSubmatch(pageHTML, -1) {
		if m[1] != "stylesheet" {
			need("index.html", m[1])
		}
	}
	for _, m := range regexp.MustCompile(`#([a-z][a-z-]*)[ \[{]`).FindAllStringSubmatch(pageCSS, -1) {
		need("page.css", m[1])
	}
	if asked < 60 {
		t.Errorf("only %d references were found: the patterns of this test no longer fit", asked)
	}
}
