package authority

import (
	"context"
	"errors"
	"iter"

	"jotkit/userdb/kv"
)

// page is how many records are read in one transaction, so that nobody waits for long.
const page = 1000

// errPageFull ends a transaction after a page.
var errPageFull = errors.New("page full")

// listAll reads a whole list, page by page. The scan goes on after the last item it is handed, and from the beginning
// where that is nil.
func listAll[T any](ctx context.Context, store kv.Store, scan func(v kv.View, last *T) iter.Seq2[*T, error]) ([]T, error) {
	list, last := []T{}, (*T)(nil)
	for {
		err := store.View(ctx, func(v kv.View) error {
			read := 0
			for item, err := range scan(v, last) {
				if err != nil {
					return err
				}
				list, last = append(list, *item), item
				if read++; read == page {
					return errPageFull
				}
			}
			return nil
		})
		if !errors.Is(err, errPageFull) {
			return list, err
		}
	}
}
