package bolt

import (
	"bytes"
	"fmt"
	"maps"
	"slices"

	"jotkit/userdb/kv"
)

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
