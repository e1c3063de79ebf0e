package keyring

import "time"

// LastExp is when no token that any key of the ring may have signed by now can be good any more, by the clock of any
// verifier: the time until which a cut through all of them has to be remembered. It is zero where there is no such time:
// the tokens of a key that was imported to verify were issued elsewhere, for who knows how long.
func (r *Ring) LastExp(now time.Time) time.Time {
	last := seconds(now).Add(max(r.in(Active).maxLife, r.maxLife) + Leeway)
	for _, e := range r.entries {
		if e.State == VerifyOnly && e.LastExp.IsZero() {
			return time.Time{}
		}
		last = later(last, e.LastExp)
	}
	return last
}
