package cmd

import (
	"errors"

	"jotkit/token"
)

// staleHint is the way out where a token that was kept may not be used any more, or not yet.
func staleHint(err error) string {
	switch {
	case errors.Is(err, token.NotYetValid):
		return "wait, or compare the clocks"
	case errors.Is(err, token.ClaimMismatch):
		return noExpHint
	case errors.Is(err, token.Malformed):
		return "its dates are not as RFC 7519 has them; fetch a new token from elsewhere"
	}
	return "fetch a new token; jotkit login makes one"
}

// aliveJSON is what --check-exp tells scripts.
type aliveJSON struct {
	Verified  bool    `json:"verified"` // false: the dates are what somebody wrote
	Alive     bool    `json:"alive"`
	Exit      int     `json:"exit"`
	Reason    string  `json:"reason"`
	Expires   *string `json:"expires"` // RFC 3339, as NotBefore null where there is none
	NotBefore *string `json:"not_before"`
	ExpiresIn *int64  `json:"expires_in"` // seconds
}

// checkExp says by its error whether the token is alive. unread is why there is none.
func (e *env) checkExp(u *token.Unverified, unread error, o decodeOptions) error {
	now, stale := e.now(), unread
	if u != nil {
		if err := u.Outlives(now, o.least); err != nil {
			stale = &hintedError{err, staleHint(err)}
		}
		e.note(notVerified)
		e.showTimes(u, o.zone())
	}
	if !e.json {
		return stale
	}
	row := exits[exitOK]
	if stale != nil {
		row = outcome(stale)
	}
	answer := aliveJSON{Alive: stale == nil, Exit: row.Status, Reason: row.Name}
	if u != nil {
		exp, nbf, _ := u.Times()
		answer.Expires, answer.NotBefore = dateJSON(exp), dateJSON(nbf)
		if !exp.IsZero() {
			left := exp.Unix() - now.Unix()
			answer.ExpiresIn = &left
		}
	}
	if err := e.printReport(answer); err != nil {
		return err
	}
	return stale
}

// dateJSON is a date for scripts, null where there is none.
func dateJSON(d token.NumericDate) *string {
	if d.IsZero() {
		return nil
	}
	text := d.String()
	return &text
}
