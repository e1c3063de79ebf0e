package authority

import (
	"context"
	"iter"

	"jotkit/userdb/kv"
)

// namePages yields the names of the records under a prefix, a page at a time, each read in a transaction of its own. Names
// are not sealed: the store is taken as it lies, so that a record whose value does not open has its name all the same.
func namePages(ctx context.Context, store kv.Store, prefix string) iter.Seq2[[]string, error] {
	return func(yield func([]string, error) bool) {
		for after := ""; ; {
			names, err := namesAfter(ctx, store, prefix, after)
			if !yield(names, err) || err != nil || len(names) < page {
				return
			}
			after = names[len(names)-1]
		}
	}
}

func namesAfter(ctx context.Context, store kv.Store, prefix, after string) (names []string, err error) {
	err = store.View(ctx, func(v kv.View) error {
		names = nil
		for e, err := range v.Scan(prefix, after) {
			if err != nil {
				return err
			}
			if names = append(names, e.Name); len(names) == page {
				break
			}
		}
		return nil
	})
	return names, err
}
