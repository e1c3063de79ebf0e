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
		var prev *Chunk
		for e, err := range v.Scan(denyPrefix, "") {
			var c Chunk
			if err == nil {
				c, err = ParseChunk(e.Name, e.Value)
			}
			if err == nil && !continues(prev, c) {
				err = damaged(e.Name, "the deny list has a hole or an overlap before it")
			}
			if err != nil {
				yield(Chunk{}, err)
				return
			}
			if !yield(c, nil) {
				return
			}
			prev = &c
		}
		if prev == nil || !prev.last() {
			yield(Chunk{}, damaged(denyPrefix, "the deny list ends before the space does"))
		}
	}
}

// continues tells whether c begins where prev ended, or the space begins.
func continues(prev *Chunk, c Chunk) bool {
	if prev == nil {
		return c.low == Digest{}
	}
	return c.Follows(*prev)
}
