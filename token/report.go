package token

import (
	"encoding/json"
	"errors"
	"fmt"
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

// A Report is what a [Verifier] found out about a token, in the order in which it looked.
type Report struct {
	Checks []Check
	// Header and Payload are what the token says, as far as it may be shown: the header once it has been read, the payload
	// only once the signature is good. They are no claims to act upon: those come from Claims.
	Header  json.RawMessage
	Payload []byte
	claims  *Claims
	at      time.Time
	cause   error // what is wrong with the shape, or nil
}

// Reason is the worst reason among the failed checks, or "".
func (r *Report) Reason() Reason {
	var worst Reason
	for _, c := range r.Checks {
		if c.reason.Worse(worst) {
			worst = c.reason
		}
	}
	return worst
}

// ErrNoClaims comes back for the claims of a report that never looked at them, which is one of ExamineSignature.
var ErrNoClaims = errors.New("the claims were not examined")

// Claims are the claims of an accepted token. For any other the error is a *Refusal, or ErrNoClaims.
func (r *Report) Claims() (*Claims, error) {
	if err := r.Err(); err != nil {
		return nil, err
	}
	if r.claims == nil {
		return nil, ErrNoClaims
	}
	return r.claims, nil
}

// Err is nil for an accepted token, else a *Refusal.
func (r *Report) Err() error {
	if r.Reason() == "" {
		return nil
	}
	return &Refusal{r}
}

func (r *Report) add(c Check) { r.Checks = append(r.Checks, c) }

func (r *Report) pass(name, got string) { r.add(Check{Name: name, Status: Pass, Got: got}) }

func (r *Report) skip(name, why string) { r.add(Check{Name: name, Status: Skip, Expected: why}) }

func (r *Report) fail(name string, reason Reason, expected, got string) {
	r.add(Check{Name: name, Status: Fail, Expected: expected, Got: got, reason: reason})
}

// check adds a check that passes or fails for reason.
func (r *Report) check(name string, ok bool, reason Reason, expected, got string) {
	c := Check{Name: name, Status: Pass, Expected: expected, Got: got}
	if !ok {
		c.Status, c.reason = Fail, reason
	}
	r.add(c)
}

// A Refusal is the error for a token that was not accepted. errors.Is finds every [Reason] that held.
type Refusal struct{ Report *Report }

// Unwrap is what is wrong with the shape, such as [ErrEncrypted] or [ErrEmpty], or nil where the shape is good.
func (e *Refusal) Unwrap() error { return e.Report.cause }

// Error names the worst reason and the check behind it.
func (e *Refusal) Error() string {
	worst := e.Report.Reason()
	for _, c := range e.Report.Checks {
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
	for _, c := range e.Report.Checks {
		if ok && reason != "" && c.reason == reason {
			return true
		}
	}
	return false
}
