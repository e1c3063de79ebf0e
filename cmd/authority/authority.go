// Package authority is what jotkit does, one method a verb. The command line and the HTTP face act only through it.
//
// It owns the transaction: a change and its audit line commit together, and so does the line of a request that was
// refused. No password is hashed and no token signed or verified inside a transaction, so nobody waits for that.
package authority

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"syscall"
	"time"

	"jotkit/keyring"
	"jotkit/token"
	"jotkit/userdb"
	"jotkit/userdb/audit"
	"jotkit/userdb/kv"
)

var (
	// ErrLoginRefused comes back for every login that fails, whatever the cause: who tries is told nothing more.
	ErrLoginRefused = errors.New("login refused")
	// ErrConflict comes back when the state of things does not allow what was asked.
	ErrConflict = errors.New("conflict")
	// ErrPolicy comes back when the settings do not allow what was asked.
	ErrPolicy = errors.New("refused by policy")
)

// An Authority acts on one store. It keeps nothing of the store, and may be used by many goroutines at once.
type Authority struct {
	Store  kv.Store
	Now    func() time.Time
	Actor  string // who acts, for the audit
	Chain  string // the audit chain to write to: one for all servers, one for all short commands
	Hasher userdb.Hasher
	// Limits are what strangers on the network are held to; nil for who has the store at hand.
	Limits *Limits
	From   netip.Addr // where on the network who acts is
	// Sleep waits; nil is by the clock of the machine. A clock that stands still wants one of its own.
	Sleep func(context.Context, time.Duration) error
}

// As is the same Authority for somebody else who acts, from this address.
func (a *Authority) As(actor string, from netip.Addr) *Authority {
	b := *a
	b.Actor, b.From = actor, from
	return &b
}

// now is the clock in whole seconds, as tokens and records have it.
func (a *Authority) now() time.Time { return a.Now().UTC().Truncate(time.Second) }

// state is what most verbs begin with.
type state struct {
	secrets  kv.Secrets
	settings Settings
	ring     *keyring.Ring
}

func readState(r kv.Reader) (s state, err error) {
	if s.secrets, err = kv.ReadSecrets(r); err != nil {
		return s, err
	}
	if s.settings, err = readSettings(r); err != nil {
		return s, err
	}
	s.ring, err = readRing(r)
	return s, err
}

// state reads the state in a transaction of its own.
func (a *Authority) state(ctx context.Context) (s state, err error) {
	err = a.Store.View(ctx, func(v kv.View) error {
		s, err = readState(v)
		return err
	})
	return s, err
}

// A change is the transaction of one verb: what it found, what it writes through, and the audit line it will leave.
type change struct {
	kv.Tx
	state
	now   time.Time
	event *audit.Event
}

// note adds a detail to the audit line.
func (c *change) note(name, value string) { c.event.Detail[name] = value }

// change runs fn in an update and leaves its audit line in the same commit. Where fn refuses, all it wrote is undone and
// the line of the refusal is committed alone. fn may run more than once.
func (a *Authority) change(ctx context.Context, verb, user string, fn func(*change) error) error {
	_, err := a.Store.Update(ctx, func(tx kv.Tx) error {
		s, err := readState(tx)
		if err != nil {
			return err
		}
		c := &change{Tx: tx, state: s, now: a.now(), event: a.event(verb, user)}
		if err := fn(c); err != nil {
			return err
		}
		return a.leave(tx, s.secrets, s.settings, c.event)
	})
	if errors.Is(err, errNothing) {
		return nil
	}
	return a.refused(ctx, verb, user, err)
}

// errNothing ends a change that is not to be written, such as a dry run, and is no error to the caller.
var errNothing = errors.New("nothing to write")

func orNothing(err error) error {
	if err == nil {
		return errNothing
	}
	return err
}

// refused leaves the audit line of a request that was turned down for err, and returns err. A fault is no refusal: it
// says nothing about who asked, and a store that cannot be used cannot be written to either.
func (a *Authority) refused(ctx context.Context, verb, user string, err error) error {
	if err == nil || isFault(err) || ctx.Err() != nil {
		return err
	}
	failed := a.refuse(ctx, verb, user, err.Error(), nothingElse)
	if failed != nil {
		return fmt.Errorf("%w (and the audit could not be written: %w)", err, failed)
	}
	return err
}

// isFault tells an error of the store or the system from one about what was asked.
func isFault(err error) bool {
	var file *fs.PathError
	var system syscall.Errno
	return errors.Is(err, kv.ErrUnavailable) || errors.As(err, &file) || errors.As(err, &system)
}

// refuse writes the audit line of a refusal, and in the same commit what else is to be remembered of it.
func (a *Authority) refuse(ctx context.Context, verb, user, why string, also func(kv.Tx, kv.Secrets) error) error {
	event := a.event(verb, user)
	event.Outcome = audit.Refused
	event.Detail["why"] = why
	return a.write(ctx, event, also)
}

// write commits a line of the audit, and in the same commit what else is to be remembered.
func (a *Authority) write(ctx context.Context, event *audit.Event, also func(kv.Tx, kv.Secrets) error) error {
	_, err := a.Store.Update(ctx, func(tx kv.Tx) error { return a.writeIn(tx, event, also) })
	return err
}

// writeIn is write in a transaction that somebody else commits.
func (a *Authority) writeIn(tx kv.Tx, event *audit.Event, also func(kv.Tx, kv.Secrets) error) error {
	secrets, err := kv.ReadSecrets(tx)
	if err != nil {
		return err
	}
	settings, err := readSettings(tx)
	if err != nil {
		return err
	}
	if err := also(tx, secrets); err != nil {
		return err
	}
	return a.leave(tx, secrets, settings, event)
}

// leave appends a line to the chain of who acts, which keeps as many as the settings say.
func (a *Authority) leave(tx kv.Tx, secrets kv.Secrets, s Settings, event *audit.Event) error {
	return audit.Append(tx, secrets.Audit, a.Chain, *event, uint64(s.AuditKeep))
}

// NoteServing leaves a line that a server has begun to answer at this URL.
func (a *Authority) NoteServing(ctx context.Context, at string) error {
	event := a.event("serve", "")
	event.Detail["url"] = at
	return a.write(ctx, event, nothingElse)
}

// nothingElse is what most lines of the audit are written with.
func nothingElse(kv.Tx, kv.Secrets) error { return nil }

func (a *Authority) event(verb, user string) *audit.Event {
	return &audit.Event{
		Time: a.now(), Event: verb, Outcome: audit.OK, User: user, By: a.Actor, Detail: map[string]string{},
	}
}

// missing turns "not found" into damage, for a record that every store has from its first commit on.
func missing(name string, err error) error {
	if errors.Is(err, kv.ErrNotFound) {
		return fmt.Errorf("%w: record %q is missing", kv.ErrDamaged, name)
	}
	return err
}

// margin is how long after the last second of a token it may still pass by its verifier's leeway.
const margin = token.MaxLeeway
