package authority

import (
	"crypto/rand"
	"fmt"
	"time"

	"jotkit/token"
)

// clientID is the client_id of tokens made here (RFC 9068 section 2.2).
const clientID = "jotkit"

// complete fills in what a draft leaves open, and holds it to the settings.
func (s Settings) complete(d *token.Draft, ttl time.Duration, now time.Time) error {
	if d.Issuer == "" {
		d.Issuer = s.Issuer
	}
	if len(d.Audience) == 0 {
		d.Audience = s.Audience
	}
	if ttl == 0 {
		ttl = s.TTL
	}
	fill(d, ttl, now)
	if d.IssuedAt.After(now) { // it would be younger than a cut made before it
		return fmt.Errorf("%w: an iat in the future; --nbf says from when on it is valid", ErrPolicy)
	}
	if life := d.ExpiresAt.Sub(d.IssuedAt); life > s.MaxTTL {
		return fmt.Errorf("%w: a life of %v, and max_ttl is %v", ErrPolicy, life, s.MaxTTL)
	}
	return nil
}

// fill sets what every token has.
func fill(d *token.Draft, ttl time.Duration, now time.Time) {
	if d.IssuedAt.IsZero() {
		d.IssuedAt = now
	}
	if d.ExpiresAt.IsZero() {
		d.ExpiresAt = d.IssuedAt.Add(ttl)
	}
	if d.ID == "" {
		d.ID = newID()
	}
	if d.ClientID == "" {
		d.ClientID = clientID
	}
}

// newID makes a jti of 130 random bits.
func newID() string { return rand.Text() }
