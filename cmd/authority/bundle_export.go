package authority

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"jotkit/token"
	"jotkit/userdb"
	"jotkit/userdb/kv"
)

const (
	bundleType = "bundle+jwt"
	sumClaim   = "sha256"
)

// ExportBundle writes a bundle of the store as it is now, good for ttl; zero is DefaultBundleTTL. It leaves an audit
// line before anybody has the bundle. Errors are ErrBundleTTL and ErrBundleKey.
func (a *Authority) ExportBundle(ctx context.Context, ttl time.Duration) ([]byte, *Bundle, error) {
	data, err := a.bundle(ctx, ttl)
	if err != nil {
		return nil, nil, a.refused(ctx, "bundle export", "", err)
	}
	made, err := OpenBundle(data) // one that is too large to be opened is none
	if err != nil {
		return nil, nil, a.refused(ctx, "bundle export", "", err)
	}
	err = a.change(ctx, "bundle export", "", func(c *change) error {
		c.note("jti", made.ID)
		c.note("signer", made.Signer)
		c.note("exp", made.ExpiresAt.Format(time.RFC3339))
		c.note("revocations", strconv.Itoa(made.Denied()))
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	return data, made, nil
}

// bundle makes the file. The time comes before the state is read, so that nothing from before it is missing.
func (a *Authority) bundle(ctx context.Context, ttl time.Duration) ([]byte, error) {
	if ttl == 0 {
		ttl = DefaultBundleTTL
	}
	if ttl < time.Second || ttl > MaxBundleTTL {
		return nil, fmt.Errorf("%w: %v, and a second to %d days are allowed", ErrBundleTTL, ttl, MaxBundleTTL/(24*time.Hour))
	}
	now := a.now()
	var s state
	var records *userdb.DenyRecords
	err := a.Store.View(ctx, func(v kv.View) (err error) {
		if s, err = readState(v); err != nil {
			return err
		}
		records, err = userdb.ReadDeny(v, s.secrets)
		return err
	})
	if err != nil {
		return nil, err
	}
	list, err := records.List()
	if err != nil {
		return nil, err
	}
	key, err := s.ring.Active()
	if err != nil {
		return nil, err
	}
	if key.Symmetric() {
		return nil, fmt.Errorf("%w: %v", ErrBundleKey, key)
	}
	body, err := s.body(list)
	if err != nil {
		return nil, err
	}
	return sealBundle(key, s.settings.Issuer, now, ttl, append(body, '\n'))
}

// sealBundle puts the signed line before the body.
func sealBundle(key *token.Key, issuer string, now time.Time, ttl time.Duration, body []byte) ([]byte, error) {
	sum, err := json.Marshal(sumOf(body))
	if err != nil {
		return nil, err
	}
	line := token.Draft{
		Type: bundleType, Issuer: issuer, IssuedAt: now, ExpiresAt: now.Add(ttl), ID: newID(),
		Extra: []token.Member{{Name: sumClaim, Value: sum}},
	}
	raw, err := line.Sign(key)
	if err != nil {
		return nil, err
	}
	return append([]byte(raw+"\n"), body...), nil
}
