package token

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"
)

// A Status is how a check came out.
type Status string

// The three ways in which a check comes out.
const (
	Pass Status = "pass"
	Fail Status = "fail"
	Skip Status = "skip" // not asked for
)

// A Check is one line of a report. Expected and Got are for people; Got may quote the token, so a terminal needs it
// escaped.
type Check struct {
	Name     string `json:"name"`
	Status   Status `json:"status"`
	Expected string `json:"expected,omitempty"`
	Got      string `json:"got,omitempty"`
	reason   Reason
}

// A Report is what a [Verifier] found out about a token. It holds facts; the words are made when Checks is asked.
type Report struct {
	claims   Claims // the header once it was read, the rest once the signature was good
	outcomes [allChecks]outcome
	worst    outcome // of those that failed, or notMade
	examined bool    // the claims were looked at

	at        time.Time
	expect    Expect // not the Verifier's own: who keeps a report, or its claims, keeps no Verifier, and that may change
	length    int    // of the token, in bytes
	key       *Key   // the one asked for, or nil
	revokedBy string
	cause     error // why the check that failed last did so, or nil
}

// set notes how a check came out.
func (r *Report) set(id checkID, o outcome) {
	r.outcomes[id] = o
	if o >= failed && (r.worst == notMade || o < r.worst) {
		r.worst = o
	}
}

// fail notes that a check failed, and why.
func (r *Report) fail(id checkID, reason Reason, cause error) {
	r.set(id, failedFor(reason))
	r.cause = cause
}

// Checks are all that was looked at, in the order in which it was.
func (r *Report) Checks() []Check {
	list := make([]Check, 0, allChecks)
	for i, o := range r.outcomes {
		switch id, rule := checkID(i), rules[i]; {
		case o == notMade:
		case id == checkRequire:
			list = append(list, r.requireChecks()...)
		case o.reason() == Malformed && rule.form != "":
			expected, got := r.malformedWords(rule)
			list = append(list, Check{rule.name, o.status(), expected, got, o.reason()})
		default:
			expected, got := rule.words(r, o)
			list = append(list, Check{rule.name, r.status(id), expected, got, o.reason()})
		}
	}
	return list
}

// status is how a check came out. A revocation that nobody can know of any more was not looked for, and refuses all the same.
func (r *Report) status(id checkID) Status {
	if id == checkRevocation && r.cause != nil {
		return Skip
	}
	return r.outcomes[id].status()
}

// Header is what the token says of itself, as it was received, or nil where that could not be read.
func (r *Report) Header() json.RawMessage {
	if r.claims.Header.raw == "" {
		return nil
	}
	return r.claims.Header.JSON()
}

// Payload is what the token says, whatever it is, once its signature was found good; else it is nil. It is not to be acted
// upon: Claims are.
func (r *Report) Payload() []byte {
	if r.outcomes[checkSignature] != passed {
		return nil
	}
	return r.claims.JSON()
}

// Reason is the worst reason among the failed checks, or "".
func (r *Report) Reason() Reason { return r.worst.reason() }

// ErrNoClaims comes back for the claims of a report that never looked at them, which is one of ExamineSignature.
var ErrNoClaims = errors.New("the claims were not examined")

// Claims are the claims of an accepted token. For any other the error is a *Refusal, or ErrNoClaims.
func (r *Report) Claims() (*Claims, error) {
	switch err := r.Err(); {
	case err != nil:
		return nil, err
	case !r.examined:
		return nil, ErrNoClaims
	}
	return &r.claims, nil
}

// Err is nil for an accepted token, else a *Refusal.
func (r *Report) Err() error {
	if r.Reason() == "" {
		return nil
	}
	return &Refusal{r}
}

// A Refusal is the error for a token that was not accepted. errors.Is finds every [Reason] that held.
type Refusal struct{ Report *Report }

// Unwrap is what was wrong with the shape or the JSON, such as [ErrEncrypted] or [ErrEmpty], or [ErrNoRecord], or nil.
func (e *Refusal) Unwrap() error { return e.Report.cause }

// Error names the worst reason and the check behind it.
func (e *Refusal) Error() string {
	worst := e.Report.Reason()
	for _, c := range e.Report.Checks() {
		if c.reason != worst {
			continue
		}
		switch {
		case c.Expected == "":
			return fmt.Sprintf("%s: %s: %s", worst, c.Name, c.Got)
		case c.Got == "":
			return fmt.Sprintf("%s: %s: expected %s", worst, c.Name, c.Expected)
		}
		return fmt.Sprintf("%s: %s: expected %s, got %s", worst, c.Name, c.Expected, c.Got)
	}
	return string(worst)
}

// IsVerdict tells whether an error is about the token: a *Refusal, or a bare Reason. Any other, and nil, means that no
// verdict against it was reached.
func IsVerdict(err error) bool {
	return errors.As(err, new(*Refusal)) || errors.As(err, new(Reason))
}

// Is tells whether target is a Reason that held.
func (e *Refusal) Is(target error) bool {
	reason, ok := target.(Reason)
	return ok && slices.Contains(worstFirst, reason) && slices.Contains(e.Report.outcomes[:], failedFor(reason))
}
