package authority

import (
	"cmp"
	"context"
	"iter"
	"slices"

	"jotkit/userdb"
	"jotkit/userdb/kv"
)

// Sessions lists the sessions that can be refreshed, by id: those of a user, or with "" those of everybody.
func (a *Authority) Sessions(ctx context.Context, user string) ([]userdb.Session, error) {
	if user != "" {
		mapped, err := userdb.ParseName(user)
		if err != nil {
			return nil, err
		}
		user = mapped
	}
	all, err := listAll(ctx, a.Store, func(v kv.View, last *userdb.Session) iter.Seq2[*userdb.Session, error] {
		if last == nil {
			return userdb.Sessions(v, "")
		}
		return userdb.Sessions(v, last.ID)
	})
	if err != nil {
		return nil, err
	}
	if user != "" {
		all = slices.DeleteFunc(all, func(s userdb.Session) bool { return s.User != user })
	}
	return a.onlyOpen(ctx, all)
}

// onlyOpen leaves out the sessions that are over, page by page. They are looked at in the order of their people, who are read
// in that order, too.
func (a *Authority) onlyOpen(ctx context.Context, all []userdb.Session) ([]userdb.Session, error) {
	slices.SortFunc(all, func(s, t userdb.Session) int { return cmp.Compare(s.User, t.User) })
	alive, f := []userdb.Session{}, &foresight{}
	for part := range slices.Chunk(all, page) {
		kept, err := a.openAmong(ctx, f, part)
		if err != nil {
			return nil, err
		}
		alive = append(alive, kept...)
	}
	slices.SortFunc(alive, func(s, t userdb.Session) int { return cmp.Compare(s.ID, t.ID) })
	return alive, nil
}

func (a *Authority) openAmong(ctx context.Context, f *foresight, part []userdb.Session) (kept []userdb.Session, err error) {
	err = a.Store.View(ctx, func(v kv.View) error {
		kept = nil
		secrets, err := kv.ReadSecrets(v)
		if err != nil {
			return err
		}
		r := f.over(v)
		if first, last := part[0].User, part[len(part)-1].User; first != last {
			err = r.read("user/", "user/"+first, "user/"+last)
		}
		for i := 0; i < len(part) && err == nil; i++ {
			var open bool
			if open, err = isOpen(r, secrets, &part[i], a.Now()); open && err == nil {
				kept = append(kept, part[i])
			}
		}
		return err
	})
	return kept, err
}
