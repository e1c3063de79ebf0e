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
	name, value, err := t.floor(logName(watch), true)
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(name, logName(watch)) {
		return nil, fmt.Errorf("%w: change %d is not in it", kv.ErrCompacted, watch)
	}
	return parseLog(watch, value)
}

func sortedKeys(set map[string]bool) []string { return slices.Sorted(maps.Keys(set)) }
