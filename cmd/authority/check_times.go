package authority

import (
	"context"
	"fmt"
	"time"

	"jotkit/keyring"
	"jotkit/token"
)

// Oldest is how long a key should sign at most.
const Oldest = 90 * 24 * time.Hour

// KeyAges says since when the active key of a ring signs, and since when the next one is published.
type KeyAges struct{ Signs, Waits time.Duration }

// CheckAges tells when the active key has been signing for too long.
func (a *Authority) CheckAges(keys []keyring.Entry) (ages KeyAges, faults []Fault) {
	for _, k := range keys {
		switch k.State {
		case keyring.Active:
			ages.Signs = a.now().Sub(k.Activated)
		case keyring.Next:
			ages.Waits = a.now().Sub(k.Created)
		}
	}
	if ages.Signs > Oldest {
		what := fmt.Sprintf("the key has been signing for %d days, and %d are enough", days(ages.Signs), days(Oldest))
		faults = append(faults, Fault{What: what, Mend: []string{"rotate"}, Mild: true})
	}
	return ages, faults
}

func days(d time.Duration) int { return int(d / (24 * time.Hour)) }

// CheckClock compares the clock with the newest that the store has seen of it: the last lines of the audit, and the newest
// key. What lies ahead of the clock was made by one that was ahead, or this one is behind. That it is ahead itself cannot
// be told: a store may not have been used for long.
func (a *Authority) CheckClock(ctx context.Context, keys []keyring.Entry) (newest time.Time, faults []Fault, err error) {
	newest, err = a.LastLine(ctx)
	if _, err := toldOf(ctx, err); err != nil { // CheckAudit tells of damage
		return newest, nil, err
	}
	now, made := a.Now(), time.Time{}
	for _, k := range keys {
		made = later(made, k.Created)
	}
	behind, clock := newest.Sub(now), now.UTC().Format(time.RFC3339)
	switch {
	case made.Sub(now) >= time.Second:
		what := fmt.Sprintf("the clock shows %s, and the newest key was made at %s", clock, made.Format(time.RFC3339))
		faults = append(faults, Fault{What: what + ": no key is made before then"})
	case behind > token.DefaultLeeway:
		what := fmt.Sprintf("the clock shows %s, and the audit goes up to %s", clock, newest.Format(time.RFC3339))
		faults = append(faults, Fault{What: what, Mild: behind <= token.MaxLeeway})
	}
	return later(newest, made), faults, nil
}
