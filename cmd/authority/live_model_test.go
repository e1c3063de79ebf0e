package authority_test

import (
	"errors"
	"testing"
	"time"

	"pgregory.net/rapid"

	"jotkit/token"
	"jotkit/userdb/kv"
)

// A liveModel is a model whose acts are those of another process, seen by a live authority.
type liveModel struct {
	*model
	*serving
	hear func(*rapid.T) // waits for the news that the live one has to have; nil where nobody has to wait
}

// TestLiveFollowsTheStore: whatever another process does, a live authority gives the verdict that the store gives; and
// where it cannot see the store it gives that one or none.
func TestLiveFollowsTheStore(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		plain := newModel(t, kv.NewMemory())
		liveModel{model: plain, serving: serveFor(t, plain.w)}.run(t)
	})
}

func (m liveModel) run(t *rapid.T) {
	t.Repeat(map[string]func(*rapid.T){
		"register": m.model.register, "remove": m.remove, "login": m.model.login, "mint": m.model.mint,
		"revoke token": m.revokeToken, "revoke id": m.revokeID, "revoke user": m.revokeUser, "undo": m.undo,
		"disable": m.disable, "enable": m.enable, "password": m.setPassword,
		"rotate": m.rotate, "revoke key": m.revokeKey, "time": m.model.pass,
		"ask": m.ask, "ask again": m.ask, "ask of the past": m.askBack, "ask about": m.askIntrospect,
		"fail": m.fail, "heal": m.heal, "heal again": m.heal, "look": func(t *rapid.T) { m.live.Look(t.Context()) },
	})
	m.sees.view = nil
	for _, k := range m.tokens {
		m.agrees(t, k)
	}
	m.w.auditHolds(t)
}

func (m liveModel) ask(t *rapid.T) { m.agrees(t, m.anyToken(t)) }

// askBack asks with a clock that was set back, and puts it right.
func (m liveModel) askBack(t *rapid.T) {
	k, now := m.anyToken(t), m.w.now
	m.w.now = now.Add(-rapid.SampledFrom([]time.Duration{time.Second, time.Minute, time.Hour}).Draw(t, "back"))
	m.agrees(t, k)
	m.w.now = now
}

func (m liveModel) agrees(t *rapid.T, k made) {
	m.hears(t)
	got, err := m.asked(k.raw)
	m.judged(t, k, got, err)
}

// judged holds a verdict of the live one against that of the store.
func (m liveModel) judged(t *rapid.T, k made, got token.Reason, err error) {
	want := m.examined(t, k)
	switch {
	case m.mayFail(err): // no verdict
	case err != nil || got != want:
		m.wrong++
		t.Fatalf("token %s of %s: the live one says %q, %v, and the store %q", k.jti, k.sub, got, err, want)
	default:
		m.verified++
	}
}

func (m liveModel) hears(t *rapid.T) {
	if m.hear != nil {
		m.hear(t)
	}
}

// mayFail tells whether there need not be a verdict: who sees the store fail, or has heard nothing of it for too long, has none.
func (m liveModel) mayFail(err error) bool {
	return err != nil && (m.sees.view != nil || errors.Is(err, kv.ErrStale))
}

// examined is the verdict of the store, with the leeway of a live authority.
func (m liveModel) examined(t *rapid.T, k made) token.Reason {
	report, err := m.Examine(t.Context(), k.raw, token.Expect{Leeway: token.DefaultLeeway}, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	return report.Reason()
}

// askIntrospect: what is asked for another is the same verdict.
func (m liveModel) askIntrospect(t *rapid.T) {
	k := m.anyToken(t)
	want := m.examined(t, k)
	m.hears(t)
	claims, err := m.live.Introspect(t.Context(), k.raw)
	if !m.mayFail(err) && (claims != nil) != (want == "") || claims != nil && want != "" {
		t.Fatalf("token %s: introspected as %v, %v, and the store says %q", k.jti, claims, err, want)
	}
}

func (m liveModel) fail(t *rapid.T) {
	m.sees.view = rapid.SampledFrom([]error{kv.ErrNoStore, kv.ErrBusy, kv.ErrUnreachable, kv.ErrDamaged}).Draw(t, "fault")
}

func (m liveModel) heal(*rapid.T) { m.sees.view = nil }
