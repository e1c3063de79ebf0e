package server

import (
	_ "embed"
	"net/http"
)

// The page is three files and no more: nothing to build, nothing to fetch from elsewhere.
var (
	//go:embed page/index.html
	pageHTML string
	//go:embed page/page.css
	pageCSS string
	//go:embed page/page.js
	pageJS string
)

// pagePolicy lets the page load its own two files and talk to this server, and nothing else. A token is shown on it that
// anybody may have written, so no text can become markup or script either (Trusted Types, with no policy to get round them).
const pagePolicy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"

// pageRoutes registers the page at / and its files. The icon is in the HTML.
func pageRoutes(mux *http.ServeMux) {
	mux.Handle("GET /{$}", pageFile("text/html; charset=utf-8", pageHTML))
	mux.Handle("GET /page.css", pageFile("text/css; charset=utf-8", pageCSS))
	mux.Handle("GET /page.js", pageFile("text/javascript; charset=utf-8", pageJS))
}

// pageFile serves one file. Browsers ask each time whether it is still the same: after an upgrade, no old script may meet
// a new page.
func pageFile(contentType, content string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", pagePolicy)
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cache-Control", "no-cache")
		serveText(w, r, contentType, content)
	})
}
