package kvtest

import (
	"context"

	"jotkit/userdb/kv"
)

// Records are all that a store holds at one moment, by name.
func Records(ctx context.Context, s kv.Store) (map[string]string, error) {
	var all map[string]string
	err := s.View(ctx, func(v kv.View) error {
		all = map[string]string{}
		for e, err := range v.Scan("", "") {
			if err != nil {
				return err
			}
			all[e.Name] = string(e.Value)
		}
		return nil
	})
	return all, err
}
