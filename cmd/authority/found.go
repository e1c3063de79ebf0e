package authority

import (
	"time"

	"jotkit/keyring"
	"jotkit/userdb"
	"jotkit/userdb/audit"
	"jotkit/userdb/kv"
)

// Found makes the first keys and returns what writes the first records of a new store, for the transaction that creates
// it. Every record that a verdict needs is there from then on, so that a missing one is damage. The store holds its
// secrets already.
func Found(s Settings, now time.Time, actor string) (func(kv.Tx) error, error) {
	if err := s.Check(); err != nil {
		return nil, err
	}
	now = now.UTC().Truncate(time.Second)
	ring, err := keyring.New(s.Algorithm, s.MaxTTL, now)
	if err != nil {
		return nil, err
	}
	a := &Authority{Now: func() time.Time { return now }, Actor: actor, Chain: "cli"}
	return func(tx kv.Tx) error {
		secrets, err := kv.ReadSecrets(tx)
		if err != nil {
			return err
		}
		c := &change{Tx: tx, now: now, state: state{ring: ring}}
		for _, step := range []func() error{
			func() error { return putSettings(tx, s) },
			c.putRing,
			func() error { return userdb.CreateRoles(tx) },
			func() error { return userdb.CreateDeny(tx) },
			func() error { return audit.Create(tx, secrets.Audit) },
			func() error { return a.leave(tx, secrets, s, a.event("init", "")) },
		} {
			if err := step(); err != nil {
				return err
			}
		}
		return nil
	}, nil
}
