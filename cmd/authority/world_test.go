package authority_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"jotkit/cmd/authority"
	"jotkit/keyring"
	"jotkit/token"
	"jotkit/userdb"
	"jotkit/userdb/audit"
	"jotkit/userdb/kv"
)

// password is one that the policy takes.
const password = "correct horse battery staple"

// A store is a kv.Store that can be told to fail, or to let somebody else in before an update.
type store struct {
	kv.Store
	view, commit error
	before       func()
}

func (s *store) View(ctx context.Context, fn func(kv.View) error) error {
	if s.view != nil {
		return s.view
	}
	return s.Store.View(ctx, fn)
}

func (s *store) Update(ctx context.Context, fn func(kv.Tx) error) (kv.Rev, error) {
	if first := s.before; first != nil {
		s.before = nil
		first()
	}
	return s.Store.Update(ctx, func(tx kv.Tx) error {
		if err := fn(tx); err != nil {
			return err
		}
		return s.commit
	})
}

// A world is a founded store, who acts on it, a clock that only the test moves, and what must never be written down.
type world struct {
	*authority.Authority
	store   *store
	now     time.Time
	hashes  int
	secrets []string
}

func start(t *testing.T) *world {
	t.Helper()
	return startOver(t, kv.NewMemory(), authority.DefaultSettings())
}

func startOver(t *testing.T, s kv.Store, settings authority.Settings) *world {
	t.Helper()
	w := found(t, s, settings)
	t.Cleanup(func() { w.auditHolds(t) })
	return w
}

// failer is what a test and a property have in common.
type failer interface {
	Helper()
	Fatal(...any)
	Fatalf(string, ...any)
}

func found(t failer, s kv.Store, settings authority.Settings) *world {
	t.Helper()
	w := &world{store: &store{Store: s}, now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC), secrets: []string{password}}
	w.Authority = &authority.Authority{
		Store: w.store,
		Now:   func() time.Time { return w.now },
		Actor: "tester",
		Chain: "cli",
		Hasher: userdb.Hasher{
			Cost:    userdb.Cost{Memory: 8, Time: 1, Threads: 1},
			Hashing: func() { w.hashes++ },
		},
		Sleep: func(_ context.Context, d time.Duration) error { w.pass(d); return nil },
	}
	first, err := authority.Found(settings, w.now, "tester")
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.Update(context.Background(), func(tx kv.Tx) error {
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
	return w
}

func (w *world) pass(d time.Duration) { w.now = w.now.Add(d) }

func (w *world) register(t failer, name string, roles ...string) {
	t.Helper()
	if _, err := w.Register(context.Background(), name, password, roles); err != nil {
		t.Fatal(err)
	}
}

// login logs somebody in and returns the token.
func (w *world) login(t failer, name string) string {
	t.Helper()
	g, err := w.Login(context.Background(), authority.LoginRequest{Name: name, Password: password})
	if err != nil {
		t.Fatal(err)
	}
	w.secrets = append(w.secrets, g.AccessToken)
	return g.AccessToken
}

func (w *world) mint(t failer, r authority.MintRequest) string {
	t.Helper()
	raw := ""
	err := w.Mint(context.Background(), r, func(m authority.Minted) error { raw = m.Token; return nil })
	if err != nil {
		t.Fatal(err)
	}
	w.secrets = append(w.secrets, raw)
	return raw
}

// sign makes a token as one of the store's own, whatever it says.
func (w *world) sign(t failer, d token.Draft) string {
	t.Helper()
	ring, err := w.Ring(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	key, err := ring.Active()
	if err != nil {
		t.Fatal(err)
	}
	raw, err := d.Sign(key)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// verdict is the reason for which a token is refused, "" where it is not.
func (w *world) verdict(t failer, raw string) token.Reason {
	t.Helper()
	return w.verdictAt(t, raw, time.Time{})
}

func (w *world) verdictAt(t failer, raw string, at time.Time) token.Reason {
	t.Helper()
	report, err := w.Examine(context.Background(), raw, token.Expect{}, at)
	if err != nil {
		t.Fatal(err)
	}
	return report.Reason()
}

func (w *world) wantVerdict(t *testing.T, what, raw string, want token.Reason) {
	t.Helper()
	if got := w.verdict(t, raw); got != want {
		t.Errorf("%s: %q, want %q", what, got, want)
	}
}

// keys are the keys of the store, by state; of several in one state the newest.
func (w *world) keys(t failer) map[keyring.State]keyring.Entry {
	t.Helper()
	ring, err := w.Ring(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	by := map[keyring.State]keyring.Entry{}
	for _, e := range ring.Entries() {
		by[e.State] = e
	}
	return by
}

func (w *world) lines(t failer) (all []audit.Line) {
	t.Helper()
	_, err := w.Audit(context.Background(), audit.Filter{}, func(l audit.Line) error {
		all = append(all, l)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// left runs do, which has to leave exactly these lines, each "verb outcome", and returns them.
func (w *world) left(t *testing.T, do func(), want ...string) []audit.Line {
	t.Helper()
	before := len(w.lines(t))
	do()
	after := w.lines(t)[before:]
	var got []string
	for _, l := range after {
		got = append(got, l.Event.Event+" "+l.Outcome)
	}
	if !slices.Equal(got, want) {
		t.Errorf("left the lines %q, want %q", got, want)
	}
	return after
}

// auditHolds checks that the chains are whole, and that no line tells a secret.
func (w *world) auditHolds(t failer) {
	t.Helper()
	w.store.view, w.store.commit = nil, nil
	reports, err := w.VerifyAudit(context.Background())
	if err != nil || len(reports) == 0 {
		t.Fatalf("audit: %v, %v", reports, err)
	}
	for _, r := range reports {
		if len(r.Faults) > 0 {
			t.Fatalf("audit: %+v", r)
		}
	}
	for _, l := range w.lines(t) {
		text := fmt.Sprintf("%+v", l)
		if slices.ContainsFunc(w.secrets, func(s string) bool { return s != "" && strings.Contains(text, s) }) {
			t.Fatalf("a line tells a secret: %s", l.Event.Event)
		}
	}
}
