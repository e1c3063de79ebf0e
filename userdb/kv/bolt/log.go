package bolt

import (
	"bytes"
	"fmt"
	"maps"
	"slices"

	"jotkit/userdb/kv"
)

// Changes returns the watched names that the commits after since touched; the last 1,000 watched commits are known.
func (r *reader) Changes(since kv.Rev) (names []string, now kv.Rev, err error) {
	now = kv.Rev(r.numbers.watch)
	if r.pages == nil {
		return nil, now, errOver
	}
	err = sound(func() (err error) {
		names, err = r.changes(uint64(since))
		return err
	})
	return names, now, err
}

// changes reads the log.
func (r *reader) changes(since uint64) ([]string, error) {
	now := r.numbers.watch
	if since > now || now-since > kv.KeptChanges {
		return nil, fmt.Errorf("%w: asked since %d, at %d", kv.ErrCompacted, since, now)
	}
	log, err := r.pages.bucket(logBucket)
	if err != nil {
		return nil, err
	}
	seen := make(map[string]bool)
	for watch := since + 1; watch <= now; watch++ {
		touched, err := log.log(watch)
		if err != nil {
			return nil, err
		}
		for _, name := range touched {
			seen[name] = true
		}
	}
	return sortedKeys(seen), nil
}

// log returns the names that the watched commit touched. A gap is no harm: who asked reads everything again.
func (t tree) log(watch uint64) ([]string, error) {
	value, err := t.logged(watch)
	if err != nil {
		return nil, err
	}
	if value == nil {
		return nil, fmt.Errorf("%w: change %d is not in it", kv.ErrCompacted, watch)
	}
	return parseLog(watch, value)
}

// logged returns the record of the log on a commit as it lies, and nil where there is none.
func (t tree) logged(watch uint64) ([]byte, error) {
	name, value, err := t.floor(logName(watch), true)
	if err != nil || !bytes.Equal(name, logName(watch)) {
		return nil, err
	}
	return value, nil
}

// logged copies the record of the log on a commit, and nil where there is none.
func (r *reader) logged(watch uint64) (value []byte, err error) {
	err = sound(func() error {
		log, err := r.pages.bucket(logBucket)
		if err != nil {
			return err
		}
		lies, err := log.logged(watch)
		value = bytes.Clone(lies)
		return err
	})
	return value, err
}

func sortedKeys(set map[string]bool) []string { return slices.Sorted(maps.Keys(set)) }
