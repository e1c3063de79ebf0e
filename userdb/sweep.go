package userdb

import (
	"errors"
	"strings"

	"jotkit/userdb/kv"
)

// sweepBefore deletes, of the 8 records under prefix that lie before name, those that are over. Where names are random,
// every one's turn comes.
func sweepBefore(tx kv.Tx, prefix, name string, over func(name string, value []byte) (bool, error)) error {
	for range sweep {
		found, value, err := tx.Floor(justBefore(name))
		if errors.Is(err, kv.ErrNotFound) || err == nil && !strings.HasPrefix(found, prefix) {
			return nil
		}
		if err != nil {
			return err
		}
		gone, err := over(found, value)
		if err == nil && gone {
			err = tx.Delete(found)
		}
		if err != nil {
			return err
		}
		name = found
	}
	return nil
}

// justBefore is greater than every ASCII name before this one, and less than this one. Its last byte is not zero.
func justBefore(name string) string {
	last := len(name) - 1
	return name[:last] + string([]byte{name[last] - 1, 0xff})
}
