package bolt_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"testing"

	"jotkit/userdb/kv"
)

// A page that was freed holds values that were true once, and opens under every seal. Whatever page the root of the
// records is made to point to, none of them comes back.
func TestStalePages(t *testing.T) {
	f := newFlipped(t, 30)
	meta := f.whole[:4096]
	if txid := 16 + 48; binary.NativeEndian.Uint64(f.whole[4096+txid:]) > binary.NativeEndian.Uint64(meta[txid:]) {
		meta = f.whole[4096:]
	}
	root := int(binary.NativeEndian.Uint64(meta[16+16:])) * 4096
	at := root + bytes.Index(f.whole[root:root+4096], []byte("records")) + len("records") // its value begins with the page
	right := binary.NativeEndian.Uint64(f.whole[at:])
	pages, stale := uint64(len(f.whole)/4096), 0
	if right < 2 || right >= pages {
		t.Fatalf("page %d of %d", right, pages)
	}
	for id := range pages {
		binary.NativeEndian.PutUint64(f.whole[at:], id)
		f.rewrite(at)
		f.look(-4)
		if id != right && bytes.Contains(f.whole[id*4096:(id+1)*4096], []byte("deny/00001")) {
			stale++
		}
	}
	if stale == 0 {
		t.Error("no page was stale: nothing was tested")
	}
}

// A branch that sends a search to another page of the same tree gives damage, and not that a name is not there.
func TestMisplacedPages(t *testing.T) {
	f := newFlipped(t, 800)
	refused := 0
	for _, branch := range pagesOfKind(f.whole, 1) {
		child := func(i int) int { return branch*4096 + 16 + 16*i + 8 }
		for i := range 3 {
			own := binary.NativeEndian.Uint64(f.whole[child(i):])
			binary.NativeEndian.PutUint64(f.whole[child(i):], binary.NativeEndian.Uint64(f.whole[child(i+1):]))
			f.rewrite(child(i))
			if err := f.store.View(t.Context(), func(v kv.View) error {
				for _, name := range f.names {
					switch value, err := v.Get(name); {
					case errors.Is(err, kv.ErrDamaged):
						refused++
					case err != nil || string(value) != f.records[name]:
						t.Errorf("%q: %q, %v", name, value, err)
					}
				}
				return nil
			}); err != nil {
				t.Logf("view: %v", err)
			}
			binary.NativeEndian.PutUint64(f.whole[child(i):], own)
			f.rewrite(child(i))
		}
	}
	if refused == 0 {
		t.Error("nothing was refused: no branch in use was changed")
	}
}

// rewrite brings 8 bytes of whole to the file.
func (f *flipped) rewrite(at int) {
	for i := range 8 {
		f.set(at+i, f.whole[at+i])
	}
}
