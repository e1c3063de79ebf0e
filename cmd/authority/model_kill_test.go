package authority_test

import (
	"errors"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

	"jotkit/token"
	"jotkit/userdb"
	"jotkit/userdb/audit"
	"jotkit/userdb/kv"
	"jotkit/userdb/kv/kvtest"
)

// TestKilledFollowsTheModel has every act done by another process, which is killed again and again in the middle of one.
// That act has then happened whole, with its audit line, or not at all; and all else is as the model has it.
func TestKilledFollowsTheModel(t *testing.T) {
	if testing.Short() {
		t.Skip("many processes")
	}
	kvtest.Checks(t, 6, 100)
	killedFollowsTheModel(t, newFiles(t), "An act whose process is killed has happened whole, with its audit line, or not at all; all else is as a plain model has it")
}

func killedFollowsTheModel(t *testing.T, stores stores, promise string) {
	t.Helper()
	var lives, acts, verdicts, wrong, lost int
	var all killing
	defer func() {
		kvtest.Figure(t, promise,
			kvtest.Tried(lives, "lives of a store"), kvtest.Tried(acts, "acts"), kvtest.Tried(all.whole+all.nothing, "acts killed"),
			kvtest.Tried(all.whole, "of them whole"), kvtest.Tried(all.nothing, "of them not begun"), kvtest.Tried(verdicts, "verdicts"),
			kvtest.Never(all.half, "half done"), kvtest.Never(lost, "audit lines lost"), kvtest.Never(wrong, "wrong verdicts"))
	}()
	rapid.Check(t, func(t *rapid.T) {
		s := stores.next(t)
		defer s.remove()
		m := newModel(t, s.store)
		k := &killing{m: m, lasting: s, usual: time.Millisecond}
		m.perform = k.perform
		defer func() {
			k.child.end()
			lives, acts, verdicts, wrong, lost = lives+1, acts+m.acts, verdicts+m.verified, wrong+m.wrong, lost+m.lost
			all.whole, all.nothing, all.half = all.whole+k.whole, all.nothing+k.nothing, all.half+k.half
		}()
		m.run(t)
	})
}

// A killing does the acts of a model by a process that it kills.
type killing struct {
	m *model
	lasting
	child *child        // nil where there is none
	usual time.Duration // that an act takes
	// Acts in which the process was killed, by what was found of them.
	whole, nothing, half int
}

// perform does an act, once: what the process was killed in is begun again where nothing has come of it. What happened and
// could not be told, is found out as a person would, by looking, or by doing it again where that is no harm.
func (k *killing) perform(t *rapid.T, x act) done {
	t.Helper()
	how := rapid.SampledFrom([]string{"let live", "let live", "let live", "kill", "kill", "die"}).Draw(t, "how")
	for {
		before := k.records(t)
		x.Die = how == "die"
		d, answered := k.try(t, x, how == "kill")
		if answered {
			return d
		}
		how = "let live"
		agree(t, "settle", settle(t.Context(), k.store, "cli"), nil)
		lines := k.m.w.lines(t)
		switch len(lines) - len(k.m.trail) {
		case 0:
			k.nothing++
			if !maps.Equal(before, k.records(t)) {
				k.half++
				t.Fatalf("%s: killed, and it has changed something and left no audit line", x.Verb)
			}
		case 1:
			k.whole++
			k.m.doubt = true
			return k.recover(t, x, lines)
		default:
			k.half++
			t.Fatalf("%s: killed, and it left %d lines", x.Verb, len(lines)-len(k.m.trail))
		}
	}
}

// try has the process do an act. It may be killed at any moment of it, and then answers or not.
func (k *killing) try(t *rapid.T, x act, kill bool) (d done, answered bool) {
	t.Helper()
	if k.child == nil {
		var err error
		if k.child, err = newChild(k.lasting); err != nil {
			t.Fatal(err)
		}
	}
	stop := func() bool { return true }
	if kill {
		stop = time.AfterFunc(rand.N(k.usual*5/4), k.child.kill).Stop
	}
	x.Now = k.m.w.now
	start := time.Now()
	d, err := k.child.ask(x)
	if !stop() || err != nil {
		k.child.end()
		k.child = nil
	}
	if err != nil {
		if !kill && !x.Die {
			t.Fatalf("%s: the process died by itself: %v", x.Verb, err)
		}
		return done{}, false
	}
	k.usual = (7*k.usual + time.Since(start)) / 8
	k.m.w.now = d.Now
	return d, true
}

// recover finds out what has come of an act that happened, and whose process could not say so.
func (k *killing) recover(t *rapid.T, x act, lines []audit.Line) (d done) {
	t.Helper()
	line := lines[len(lines)-1]
	if line.Time.After(k.m.w.now) {
		k.m.w.now = line.Time
	}
	again := func(x act) done {
		k.m.trail = lines
		x.Die = false
		d, _ := k.try(t, x, false)
		return d
	}
	refused := line.Outcome == audit.Refused
	switch {
	case refused && x.Verb == "logout": // by a token used up, which has ended the session
		return done{err: token.Revoked}
	case refused:
		if d = again(x); d.err == nil {
			t.Fatalf("%s: refused in a process that was killed, and then done", x.Verb)
		}
		return d
	case x.Verb == "logout":
		d.Ended, d.err = strconv.Atoi(line.Detail["ended"])
		return d
	case x.Verb == "login" && x.Session:
		d = again(act{Verb: "refresh", Raw: k.refreshToken(t, line.Detail["session"])})
		d.event = "refresh"
		return d
	case slices.Contains([]string{"login", "mint", "refresh", "revoke token"}, x.Verb):
		return again(x) // it answers with something
	}
	return d
}

// refreshToken is the one of a session that was opened, and whose token nobody was told.
func (k *killing) refreshToken(t *rapid.T, session string) (raw string) {
	t.Helper()
	err := k.store.View(t.Context(), func(v kv.View) error {
		secrets, err := kv.ReadSecrets(v)
		s, err2 := userdb.GetSession(v, session)
		if err := errors.Join(err, err2); err != nil {
			return err
		}
		raw, err = s.RefreshToken(secrets)
		return err
	})
	if err != nil {
		t.Fatalf("session %s of a login that happened: %v", session, err)
	}
	return raw
}

// records is everything in the store.
func (k *killing) records(t *rapid.T) map[string]string {
	t.Helper()
	all, err := kvtest.Records(t.Context(), k.store)
	if err != nil {
		t.Fatal(err)
	}
	return all
}
