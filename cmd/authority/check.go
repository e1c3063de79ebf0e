package authority

import (
	"context"
	"errors"
	"fmt"

	"jotkit/keyring"
	"jotkit/userdb"
	"jotkit/userdb/audit"
	"jotkit/userdb/kv"
)

// A Fault is something about a store that is not as it should be. The checks beside it write nothing, and go on behind
// what they find; their errors are those of a store that cannot be looked at.
type Fault struct {
	What string
	Mend []string // the words of a command of jotkit that mends it; none where none is known
	Mild bool     // nothing is lost by it yet
}

// fault makes one, in the words of an error.
func fault(err error, mend ...string) Fault { return Fault{What: err.Error(), Mend: mend} }

// toldOf parts what is wrong with a record, which a check tells of, from what keeps it from going on.
func toldOf(ctx context.Context, err error, mend ...string) ([]Fault, error) {
	switch {
	case err == nil:
		return nil, nil
	case ctx.Err() == nil && errors.Is(err, kv.ErrDamaged):
		return []Fault{fault(err, mend...)}, nil
	}
	return nil, err
}

// CheckSettings reads the settings, and holds each value to what can be set.
func (a *Authority) CheckSettings(ctx context.Context) (faults []Fault, err error) {
	var s Settings
	err = a.Store.View(ctx, func(v kv.View) (err error) {
		s, err = readSettings(v)
		return err
	})
	if err != nil {
		return toldOf(ctx, err)
	}
	trial := s
	for _, one := range s.List() {
		if err := trial.Set(one.Name, one.Value); err != nil {
			faults = append(faults, fault(err, "settings", "set", one.Name+"="+settingOf(DefaultSettings(), one.Name)))
		}
	}
	if err := s.Check(); err != nil {
		faults = append(faults, fault(err, "settings", "set", "ttl="+s.MaxTTL.String()))
	}
	return faults, nil
}

func settingOf(s Settings, name string) string {
	for _, one := range s.List() {
		if one.Name == name {
			return one.Value
		}
	}
	return ""
}

// CheckRing reads the key ring with its private halves: one key signs and one waits, each with a whole pair, and every
// revoked one is on the deny list.
func (a *Authority) CheckRing(ctx context.Context) (keys []keyring.Entry, faults []Fault, err error) {
	err = a.Store.View(ctx, func(v kv.View) error {
		keys, faults = nil, nil
		ring, err := readRing(v)
		if err != nil {
			return err
		}
		secrets, err := kv.ReadSecrets(v)
		if err != nil {
			return err
		}
		keys = ring.Entries()
		for _, k := range keys {
			if err := checkKey(v, secrets, ring, k); err != nil {
				faults = append(faults, fault(err, "keys", "revoke", k.KID))
			}
		}
		return nil
	})
	told, err := toldOf(ctx, err)
	return keys, append(faults, told...), err
}

func checkKey(r kv.Reader, secrets kv.Secrets, ring *keyring.Ring, k keyring.Entry) error {
	if k.State != keyring.Revoked {
		_, err := ring.Whole(k.KID)
		return err
	}
	_, denied, err := userdb.Denied(r, secrets, userdb.KindKey, k.KID)
	if err == nil && !denied {
		err = fmt.Errorf("%w: the key %s is revoked, and not on the deny list", kv.ErrDamaged, k.KID)
	}
	return err
}

// CheckDeny walks through the deny list, which has to cover the whole space without a hole or an overlap. The list is
// read in one transaction: its parts split and merge in between.
func (a *Authority) CheckDeny(ctx context.Context) (entries int, faults []Fault, err error) {
	err = a.Store.View(ctx, func(v kv.View) error {
		entries = 0
		for c, err := range userdb.WalkDeny(v) {
			if err != nil {
				return err
			}
			entries += c.Len()
		}
		return nil
	})
	faults, err = toldOf(ctx, err)
	return entries, faults, err
}

// CheckAudit reads every line of every chain.
func (a *Authority) CheckAudit(ctx context.Context) (lines int, faults []Fault, err error) {
	reports, err := a.VerifyAudit(ctx)
	for _, r := range reports {
		lines += r.Lines
		for _, f := range r.Faults {
			faults = append(faults, Fault{What: faultText(r.Chain, f)})
		}
	}
	told, err := toldOf(ctx, err)
	return lines, append(faults, told...), err
}

func faultText(chain string, f audit.Fault) string {
	switch {
	case chain == "": // the list of the chains
		return f.What
	case f.From == 0 && f.To == 0:
		return fmt.Sprintf("chain %s: %s", chain, f.What)
	case f.From == f.To:
		return fmt.Sprintf("chain %s, line %d: %s", chain, f.From, f.What)
	}
	return fmt.Sprintf("chain %s, lines %d to %d: %s", chain, f.From, f.To, f.What)
}
