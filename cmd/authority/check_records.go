package authority

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"jotkit/userdb"
	"jotkit/userdb/kv"
)

// CheckRecords reads every user, role, session and revocation of the store, page by page, and looks whether what it
// refers to is there. lies is the same store as it lies: see namePages.
func (a *Authority) CheckRecords(ctx context.Context, lies kv.Store) (checked int, faults []Fault, err error) {
	f := &foresight{}
	for _, kind := range []struct {
		prefix string
		check  func(r kv.Reader, secrets kv.Secrets, name string) ([]Fault, error)
	}{
		{"role/", a.checkRole}, {"user/", a.checkUser}, {"session/", a.checkSession}, {"revocation/", a.checkRevocation},
	} {
		after := ""
		for names, err := range namePages(ctx, lies, kind.prefix) {
			if err != nil {
				told, err := toldOf(ctx, err)
				faults = append(faults, told...)
				if err != nil {
					return checked, faults, err
				}
				break
			}
			if len(names) == 0 {
				break
			}
			found, err := a.checkPage(ctx, f, recordsPage{kind.prefix, after, names}, kind.check)
			if faults = append(faults, found...); err != nil {
				return checked, faults, err
			}
			checked, after = checked+len(names), names[len(names)-1]
		}
	}
	return checked, faults, nil
}

// A recordsPage is records with a prefix, those after a name.
type recordsPage struct {
	prefix, after string
	names         []string
}

// checkPage checks these records in one state. One that is gone by now is none.
func (a *Authority) checkPage(ctx context.Context, f *foresight, p recordsPage,
	check func(kv.Reader, kv.Secrets, string) ([]Fault, error)) (faults []Fault, err error) {
	err = a.Store.View(ctx, func(v kv.View) error {
		faults = nil
		secrets, err := kv.ReadSecrets(v)
		if err != nil {
			return err
		}
		r := f.over(v)
		if err := r.read(p.prefix, p.after, p.names[len(p.names)-1]); err != nil {
			return err
		}
		for _, name := range p.names {
			if _, err := r.Get(name); errors.Is(err, kv.ErrNotFound) {
				continue
			}
			found, err := check(r, secrets, strings.TrimPrefix(name, p.prefix))
			faults = append(faults, found...)
			damaged := errors.Is(err, kv.ErrDamaged)
			switch {
			case err == nil:
				continue
			case !damaged && (ctx.Err() != nil || errors.Is(err, kv.ErrUnavailable)):
				return err
			case !damaged:
				err = fmt.Errorf("%w: record %q: %w", kv.ErrDamaged, name, err)
			}
			faults = append(faults, fault(err))
		}
		return nil
	})
	return faults, err
}

func (a *Authority) checkRole(r kv.Reader, _ kv.Secrets, name string) ([]Fault, error) {
	role, err := userdb.GetRole(r, name)
	if err != nil {
		return nil, err
	}
	for _, s := range role.Scopes {
		if err := userdb.CheckScope(s); err != nil {
			return nil, err
		}
	}
	return nil, nil
}

// checkUser looks at a person. Who is disabled has to be on the deny list: the mark here ends no tokens.
func (a *Authority) checkUser(r kv.Reader, secrets kv.Secrets, name string) (faults []Fault, err error) {
	u, err := userdb.GetUser(r, name)
	if err != nil {
		return nil, err
	}
	if mapped, err := userdb.ParseName(name); err != nil || mapped != name {
		faults = append(faults, Fault{What: fmt.Sprintf("the user name %q is not in its mapped form", name)})
	}
	if err := userdb.CheckHash(u.Hash); err != nil {
		what := fmt.Sprintf("the password of %q cannot be checked: %v", name, err)
		faults = append(faults, Fault{What: what, Mend: []string{"users", "passwd", name}})
	}
	for _, role := range u.Roles {
		if _, err := userdb.GetRole(r, role); errors.Is(err, userdb.ErrNoRole) {
			what := fmt.Sprintf("%q has the role %q, which there is not, and cannot log in", name, role)
			faults = append(faults, Fault{What: what, Mend: []string{"users", "role", name, "--remove", role}, Mild: true})
		}
	}
	entry, _, err := userdb.Denied(r, secrets, userdb.KindUser, name)
	if err == nil && u.Disabled && !entry.Disabled() {
		what := fmt.Sprintf("%q is disabled, and their tokens are not on the deny list", name)
		faults = append(faults, Fault{What: what, Mend: []string{"users", "disable", name}})
	}
	return faults, err
}

func (a *Authority) checkSession(r kv.Reader, _ kv.Secrets, id string) ([]Fault, error) {
	s, err := userdb.GetSession(r, id)
	if err != nil {
		return nil, err
	}
	if s.User == "" || s.Counter == 0 || s.End.Before(s.Created) || s.Until.After(s.End) {
		return nil, fmt.Errorf("%w: the session %s is of nobody, or ends before it began", kv.ErrDamaged, id)
	}
	return nil, nil
}

// checkRevocation looks whether what people are told is revoked is. Verdicts hang on the deny list alone.
func (a *Authority) checkRevocation(r kv.Reader, secrets kv.Secrets, digest string) ([]Fault, error) {
	v, err := userdb.FindRevocation(r, digest)
	if err != nil {
		return nil, err
	}
	of, err := userdb.DenyDigest(secrets, v.Kind, v.Name)
	if err != nil || of != v.Digest {
		return nil, fmt.Errorf("%w: the revocation %s lies under the name of another one", kv.ErrDamaged, digest)
	}
	if v.Expired(a.Now()) {
		return nil, nil
	}
	entry, denied, err := userdb.Denied(r, secrets, v.Kind, v.Name)
	what := "is not on the deny list"
	switch {
	case err != nil:
		return nil, err
	case denied && holds(v, entry):
		return nil, nil
	case denied:
		what = "the deny list has an older mark of it"
	}
	what = fmt.Sprintf("the %s %q was revoked at %s, and %s", v.Kind, v.Name, v.At.Format(time.RFC3339), what)
	return []Fault{{What: what, Mend: againstWords(v)}}, nil
}

// holds tells whether an entry is no weaker than the one that the revocation wrote. Of a user it may have been replaced by a
// later cut, which need not be kept for as long.
func holds(v *userdb.Revocation, entry userdb.Entry) bool {
	return !entry.Until.Before(v.Until) || v.Kind == userdb.KindUser && !entry.Cut.Before(v.At)
}

// againstWords revoke the same thing again.
func againstWords(v *userdb.Revocation) []string {
	switch v.Kind {
	case userdb.KindToken:
		return []string{"revoke", "--jti", v.Name}
	case userdb.KindUser:
		return []string{"revoke", "--user", v.Name}
	case userdb.KindSession:
		return []string{"revoke", "--session", v.Name}
	}
	return []string{"keys", "revoke", v.Name}
}
