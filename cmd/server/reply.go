package server

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"time"
)

// A reply is an answer to a request that went well.
type reply struct {
	status int
	body   any // nil for none; written as JSON
}

func ok(body any) *reply { return &reply{status: http.StatusOK, body: body} }

// plain answers a request that has no body to read.
func (s *Server) plain(do func(*http.Request) (*reply, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a, err := do(r)
		s.answer(w, r, a, err)
	})
}

// form answers a request with parameters in its body.
func (s *Server) form(do func(*http.Request, params) (*reply, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p, err := readParams(w, r)
		if err != nil {
			s.answer(w, r, nil, err)
			return
		}
		a, err := do(r, p)
		s.answer(w, r, a, err)
	})
}

func (s *Server) answer(w http.ResponseWriter, r *http.Request, a *reply, err error) {
	if err != nil {
		s.fail(w, r, err)
		return
	}
	w.Header().Set("Cache-Control", "no-store") // what is said about tokens and people is for who asked (RFC 6749 section 5.1)
	writeJSON(w, a.status, a.body)
}

// document answers with something that is the same for everybody, and may be kept.
func (s *Server) document(do func(*http.Request) ([]byte, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		text, err := do(r)
		if err != nil {
			s.fail(w, r, err)
			return
		}
		w.Header().Set("Cache-Control", cacheFor)
		serveText(w, r, "application/json", string(text))
	})
}

// serveText answers with a text, or with 304 to who has it already.
func serveText(w http.ResponseWriter, r *http.Request, contentType, text string) {
	sum := sha256.Sum256([]byte(text))
	h := w.Header()
	h.Set("Content-Type", contentType)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("ETag", `"`+base64.RawURLEncoding.EncodeToString(sum[:12])+`"`)
	http.ServeContent(w, r, "", time.Time{}, strings.NewReader(text))
}

func writeJSON(w http.ResponseWriter, status int, body any) {
	if body == nil {
		w.WriteHeader(status)
		return
	}
	text, err := json.Marshal(body)
	if err != nil { // of our own structs
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	w.Write(append(text, '\n'))
}
