package server_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"jotkit/cmd/authority"
	"jotkit/cmd/server"
	"jotkit/token"
	"jotkit/userdb"
	"jotkit/userdb/kv"
)

// password is one that the policy takes.
const password = "correct horse battery staple"

// A store is a kv.Store that can be told to fail.
type store struct {
	kv.Store
	mu  sync.Mutex
	err error
}

func (s *store) fail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.err = err
}

func (s *store) fault() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}

func (s *store) View(ctx context.Context, fn func(kv.View) error) error {
	if err := s.fault(); err != nil {
		return err
	}
	return s.Store.View(ctx, fn)
}

func (s *store) Update(ctx context.Context, fn func(kv.Tx) error) (kv.Rev, error) {
	if err := s.fault(); err != nil {
		return 0, err
	}
	return s.Store.Update(ctx, fn)
}

// A world is a server on a store, another authority on the same store as another process would be one, a clock that only
// the test moves, and all that was logged.
type world struct {
	*authority.Authority
	server *server.Server
	store  *store
	url    string

	mu      sync.Mutex
	now     time.Time
	hashes  int
	log     bytes.Buffer
	secrets []string // what must be in no line of the log
}

func (w *world) Write(line []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.log.Write(line)
}

func (w *world) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *world) pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

// start serves on a store in memory. Each change of the server is made before it answers.
func start(t testing.TB, changes ...func(*server.Server)) *world {
	t.Helper()
	return startOn(t, kv.NewMemory(), changes...)
}

func startOn(t testing.TB, under kv.Store, changes ...func(*server.Server)) *world {
	t.Helper()
	w := &world{store: &store{Store: under}, now: time.Now().Truncate(time.Second), secrets: []string{password}}
	first, err := authority.Found(authority.DefaultSettings(), w.now, "tester")
	if err != nil {
		t.Fatal(err)
	}
	_, err = under.Update(t.Context(), func(tx kv.Tx) error {
		if _, err := kv.ReadSecrets(tx); err != nil {
			if err := kv.PutSecrets(tx, kv.NewSecrets()); err != nil {
				return err
			}
		}
		return first(tx)
	})
	if err != nil {
		t.Fatal(err)
	}
	w.Authority = &authority.Authority{
		Store: under, Now: w.clock, Actor: "tester", Chain: "cli",
		Hasher: userdb.Hasher{Cost: userdb.Cost{Memory: 8, Time: 1, Threads: 1}},
		Sleep:  func(_ context.Context, d time.Duration) error { w.pass(d); return nil },
	}
	served := *w.Authority
	served.Store, served.Chain = w.store, "serve"
	served.Hasher.Hashing = func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.hashes++
	}
	served.Limits = authority.NewLimits(4)
	live, err := authority.NewLive(t.Context(), &served)
	if err != nil {
		t.Fatal(err)
	}
	w.server = &server.Server{Live: live, Log: slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{Level: slog.LevelDebug}))}
	for _, change := range changes {
		change(w.server)
	}
	at := httptest.NewServer(w.server.Handler())
	w.url = at.URL
	t.Cleanup(func() { at.Close(); w.tellsNothing(t) })
	return w
}

// tellsNothing wants no secret in the log.
func (w *world) tellsNothing(t testing.TB) {
	t.Helper()
	log := w.logged()
	for _, s := range w.secrets {
		if strings.Contains(log, s) {
			t.Errorf("the log holds the secret %.12s…", s)
		}
	}
}

func (w *world) logged() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.log.String()
}

func (w *world) hashed() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.hashes
}

func (w *world) register(t testing.TB, name string, roles ...string) {
	t.Helper()
	if _, err := w.Register(t.Context(), name, password, roles); err != nil {
		t.Fatal(err)
	}
}

// token is one of the store for a subject with these roles.
func (w *world) token(t testing.TB, subject string, roles ...string) string {
	t.Helper()
	return w.mint(t, authority.MintRequest{Draft: token.Draft{Subject: subject, Roles: roles}})
}

func (w *world) mint(t testing.TB, r authority.MintRequest) string {
	t.Helper()
	raw := ""
	err := w.Mint(t.Context(), r, func(m authority.Minted) error { raw = m.Token; return nil })
	if err != nil {
		t.Fatal(err)
	}
	w.secrets = append(w.secrets, raw)
	return raw
}

// An answer is what came back.
type answer struct {
	status int
	header http.Header
	text   string
}

// member is a member of the body, which has to be a JSON object.
func (a answer) member(t testing.TB, name string) any {
	t.Helper()
	var object map[string]any
	if err := json.Unmarshal([]byte(a.text), &object); err != nil {
		t.Fatalf("%d %q: %v", a.status, a.text, err)
	}
	return object[name]
}

// A with changes a request before it is sent.
type with func(*http.Request)

func bearer(raw string) with { return header("Authorization", "Bearer "+raw) }

func header(name, value string) with {
	return func(r *http.Request) { r.Header.Add(name, value) }
}

func basic(name, secret string) with {
	return func(r *http.Request) { r.SetBasicAuth(name, secret) }
}

func asForm(r *http.Request) { r.Header.Set("Content-Type", "application/x-www-form-urlencoded") }
func asJSON(r *http.Request) { r.Header.Set("Content-Type", "application/json") }

func (w *world) send(t testing.TB, method, path, body string, all ...with) answer {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, w.url+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for _, change := range all {
		change(r)
	}
	return answered(t, r)
}

func answered(t testing.TB, r *http.Request) answer {
	t.Helper()
	got, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer got.Body.Close()
	text, err := io.ReadAll(got.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{got.StatusCode, got.Header, string(text)}
}

func (w *world) get(t testing.TB, path string, all ...with) answer {
	t.Helper()
	return w.send(t, "GET", path, "", all...)
}

// direct answers a request from an address of the network, without a connection.
func (w *world) direct(t testing.TB, h http.Handler, from, method, path, body string, all ...with) answer {
	t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.RemoteAddr = from
	for _, change := range all {
		change(r)
	}
	got := httptest.NewRecorder()
	h.ServeHTTP(got, r)
	return answer{got.Code, got.Header(), got.Body.String()}
}

func behind(networks ...string) func(*server.Server) {
	return func(s *server.Server) {
		for _, n := range networks {
			s.Proxies = append(s.Proxies, netip.MustParsePrefix(n))
		}
	}
}

func guarded(s *server.Server) { s.ProxiesOnly = true }
func closed(s *server.Server)  { s.NoRegistration = true }
