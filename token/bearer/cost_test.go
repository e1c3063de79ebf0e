package bearer_test

import (
	"net/http"
	"testing"

	"jotkit/token"
	"jotkit/token/bearer"
)

// A sink is a ResponseWriter that allocates nothing.
type sink struct{ h http.Header }

func (s *sink) Header() http.Header         { return s.h }
func (s *sink) Write(b []byte) (int, error) { return len(b), nil }
func (s *sink) WriteHeader(int)             {}

// ok is a handler that answers as little as there is.
var ok = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })

// TestSuccessAllocates: beyond the Verifier there are the context, the copy of the request that carries it, and two headers.
func TestSuccessAllocates(t *testing.T) {
	g := bearer.Guard{Verifier: verdict{claims: &token.Claims{Roles: []string{"user"}, Scopes: []string{"mail"}}}}
	asks("user", "mail")(&g)
	h, w, r := g.Protect(ok), &sink{http.Header{}}, request("/?page=2&per=10", "Bearer a.b.c")
	allocations := testing.AllocsPerRun(100, func() {
		clear(w.h)
		h.ServeHTTP(w, r)
	})
	if allocations > 4 {
		t.Errorf("%v allocations", allocations)
	}
}

// BenchmarkGuard sets a guarded handler beside the bare one and the verification alone, in one run.
func BenchmarkGuard(b *testing.B) {
	k := newKey(b)
	raw := sign(b, k, ada, asIs)
	v := api(b, k)
	claims, err := v.Verify(b.Context(), raw)
	if err != nil {
		b.Fatal(err)
	}
	r := request("/", "Bearer "+raw)
	for _, c := range []struct {
		name string
		h    http.Handler
	}{
		{"bare", ok},
		{"guard-alone", bearer.Guard{Verifier: verdict{claims: claims}, Roles: []string{"user"}}.Protect(ok)},
		{"guard-and-HS256", bearer.Guard{Verifier: v, Roles: []string{"user"}}.Protect(ok)},
		{"refused", bearer.Guard{Verifier: v, Roles: []string{"admin"}}.Protect(ok)},
	} {
		b.Run(c.name, func(b *testing.B) {
			w := &sink{http.Header{}}
			b.ReportAllocs()
			for b.Loop() {
				clear(w.h)
				c.h.ServeHTTP(w, r)
			}
		})
	}
	b.Run("HS256-alone", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := v.Verify(b.Context(), raw); err != nil {
				b.Fatal(err)
			}
		}
	})
}
