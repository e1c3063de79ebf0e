package authority

import (
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

// onlyOpen leaves out the sessions that are over, page by page.
func (a *Authority) onlyOpen(ctx context.Context, all []userdb.Session) ([]userdb.Session, error) {
	now, alive := a.Now(), []userdb.Session{}
	for part := range slices.Chunk(all, page) {
		var kept []userdb.Session
		err := a.Store.View(ctx, func(v kv.View) error {
			kept = nil
			secrets, err := kv.ReadSecrets(v)
			if err != nil {
				return err
			}
			for _, s := range part {
				open, err := isOpen(v, secrets, &s, now)
				if err != nil {
					return err
				}
				if open {
					kept = append(kept, s)
				}
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
		alive = append(alive, kept...)
	}
	return alive, nil
}
