package cmd

import (
	"context"
	"fmt"
	"strings"

	"jotkit/userdb/kv"
	"jotkit/userdb/kv/bolt"
	"jotkit/userdb/kv/sealed"
)

// checkPages is the first fault in the pages of a store.
func checkPages(ctx context.Context, store *bolt.Store) error {
	faults, err := store.Check(ctx)
	return firstFault(faults, err)
}

// checkRecords is the first record of a store that does not open.
func checkRecords(ctx context.Context, store kv.Store, key sealed.Key) error {
	_, faults, err := openAll(ctx, store, key)
	return firstFault(faults, err)
}

func firstFault(faults []string, err error) error {
	if err == nil && len(faults) > 0 {
		err = damagedBy(faults[0])
	}
	return err
}

// openAll opens every record of a store that lies there sealed, page by page, and tells which do not open.
func openAll(ctx context.Context, store kv.Store, key sealed.Key) (checked int, faults []string, err error) {
	const page = 1000
	for after := ""; ; {
		var n int
		var found []string
		err := store.View(ctx, func(v kv.View) (err error) {
			n, after, found, err = sealed.Check(v, key, after, page)
			return err
		})
		checked, faults = checked+n, append(faults, found...)
		if err != nil || after == "" {
			return checked, faults, err
		}
	}
}

// damagedBy makes an error of a fault that a check has told of.
func damagedBy(fault string) error { return fmt.Errorf("%w: %s", kv.ErrDamaged, bareFault(fault)) }

// bareFault is a fault without the words that it begins with as an error.
func bareFault(fault string) string { return strings.TrimPrefix(fault, kv.ErrDamaged.Error()+": ") }
