package authority_test

import (
	"context"
	"errors"
	"testing"

	"jotkit/cmd/authority"
	"jotkit/token"
	"jotkit/userdb/kv"
)

// A serving is a live authority, and a world that acts on the same store as another process does.
type serving struct {
	*world
	live *authority.Live
	sees *store // the store as the live one sees it
}

func serve(t *testing.T) *serving {
	t.Helper()
	return serveFor(t, start(t))
}

func serveFor(t failer, w *world) *serving {
	t.Helper()
	return serveOn(t, w, w.store.Store)
}

// serveOn has the live one see the store as another client of it.
func serveOn(t failer, w *world, other kv.Store) *serving {
	t.Helper()
	s := &serving{world: w, sees: &store{Store: other}}
	own := *w.Authority
	own.Store, own.Chain, own.Actor = s.sees, "serve", "server"
	live, err := authority.NewLive(context.Background(), &own)
	if err != nil {
		t.Fatal(err)
	}
	s.live = live
	return s
}

// asked is the reason for which the live one refuses a token, "" where it does not, or the error with which it has no
// verdict.
func (s *serving) asked(raw string) (token.Reason, error) {
	claims, err := s.live.Verify(context.Background(), raw)
	var refusal *token.Refusal
	switch {
	case errors.As(err, &refusal):
		return refusal.Report.Reason(), nil
	case err == nil && claims == nil:
		return "", errors.New("neither claims nor an error")
	}
	return "", err
}

func (s *serving) want(t *testing.T, what, raw string, want token.Reason) {
	t.Helper()
	if got, err := s.asked(raw); got != want || err != nil {
		t.Errorf("%s: %q, %v, want %q", what, got, err, want)
	}
}

// wantNone wants no verdict, for this reason.
func (s *serving) wantNone(t *testing.T, what, raw string, want error) {
	t.Helper()
	if got, err := s.asked(raw); !errors.Is(err, want) || got != "" {
		t.Errorf("%s: %q, %v, want the error %q", what, got, err, want)
	}
}

// look has the live one look at the store, as it does every second.
func (s *serving) look(t *testing.T) error {
	t.Helper()
	return s.live.Look(t.Context())
}

// put writes one record as nobody should.
func (s *serving) put(t *testing.T, name string, value []byte) {
	t.Helper()
	_, err := s.sees.Store.Update(t.Context(), func(tx kv.Tx) error {
		if value == nil {
			return tx.Delete(name)
		}
		return tx.Put(name, value)
	})
	if err != nil {
		t.Fatal(err)
	}
}
