package userdb

import (
	"iter"

	"jotkit/userdb/kv"
)

// WalkDeny yields the chunks of the deny list in order, and checks that they tile the whole space. It ends at the first
// error, which is kv.ErrDamaged for a hole, an overlap or a chunk that cannot be read; a walk without an error has seen
// all there is. One state has to be walked in one View, for chunks split and merge in between.
func WalkDeny(v kv.View) iter.Seq2[Chunk, error] {
	return func(yield func(Chunk, error) bool) {
		var prev *span
		for e, err := range v.Scan(denyPrefix, "") {
			var c Chunk
			if err == nil {
				c, err = ParseChunk(e.Name, e.Value)
			}
			if err == nil {
				err = c.continues(prev)
			}
			if err != nil {
				yield(Chunk{}, err)
				return
			}
			if !yield(c, nil) {
				return
			}
			prev = &c.span
		}
		if err := endsWith(prev); err != nil {
			yield(Chunk{}, err)
		}
	}
}
