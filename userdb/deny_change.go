package userdb

import (
	"errors"
	"slices"
	"strings"

	"jotkit/userdb/kv"
)

// A chunkChange is what the store has under the name of a chunk now.
type chunkChange struct {
	low   Digest
	chunk *Chunk // nil where there is none any more
}

// readChanges reads the chunks of these names, and returns them in order, each once. Names that are not of the deny list
// are passed over.
func readChanges(r kv.Reader, names []string) (changes []chunkChange, err error) {
	names = slices.DeleteFunc(slices.Clone(names), func(name string) bool { return !isChunk(name) })
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		c, err := readChange(r, name)
		if err != nil {
			return nil, err
		}
		changes = append(changes, c)
	}
	return changes, nil
}

func readChange(r kv.Reader, name string) (chunkChange, error) {
	low, ok := parseDigest(strings.TrimPrefix(name, denyPrefix))
	if !ok {
		return chunkChange{}, damaged(name, "its name is no digest")
	}
	value, err := r.Get(name)
	if errors.Is(err, kv.ErrNotFound) {
		return chunkChange{low, nil}, nil
	}
	if err != nil {
		return chunkChange{}, err
	}
	c, err := ParseChunk(name, value)
	return chunkChange{low, &c}, err
}
