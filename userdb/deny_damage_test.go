package userdb_test

import (
	"bytes"
	"errors"
	"fmt"
	"testing"
	"time"

	"jotkit/userdb"
	"jotkit/userdb/kv"
	"jotkit/userdb/kv/kvtest"
)

const inList = 1000

// damagedList returns a list of 1,000 tokens, for a test to spoil.
func damagedList(t testing.TB) (*mem, kv.Secrets) {
	m, secrets := newStore(t)
	for i := range inList {
		must(t, userdb.Deny(m, secrets, userdb.KindToken, fmt.Sprint(i), userdb.Entry{Until: noon.Add(time.Hour)}, noon))
	}
	return m, secrets
}

// forgiven looks everybody up in a spoilt list. It fails when one comes out as not denied, and returns how many looks
// met the damage.
func forgiven(t *testing.T, what string, m *mem, secrets kv.Secrets) (met int) {
	t.Helper()
	for i := range inList {
		_, ok, err := userdb.Denied(m, secrets, userdb.KindToken, fmt.Sprint(i))
		switch {
		case errors.Is(err, kv.ErrDamaged) && !ok:
			met++
		case err != nil || !ok:
			t.Fatalf("%s: token %d is not denied, %v", what, i, err)
		}
	}
	return met
}

func walkFault(m *mem) (last error) {
	for _, last = range userdb.WalkDeny(m) {
	}
	return last
}

func TestChunkRemoved(t *testing.T) {
	m, secrets := damagedList(t)
	for _, name := range m.under("deny/") {
		value := m.values[name]
		must(t, m.Delete(name))
		if forgiven(t, "without "+name, m, secrets) == 0 {
			t.Errorf("nobody misses %s", name)
		}
		if err := walkFault(m); !errors.Is(err, kv.ErrDamaged) {
			t.Errorf("the walk does not miss %s: %v", name, err)
		}
		must(t, m.Put(name, value))
	}
	if met := forgiven(t, "whole", m, secrets); met != 0 || walkFault(m) != nil {
		t.Errorf("the whole list: %d, %v", met, walkFault(m))
	}
	for _, name := range m.under("deny/") {
		must(t, m.Delete(name))
	}
	if met := forgiven(t, "without any", m, secrets); met != inList {
		t.Errorf("without any chunk %d answers are right", inList-met)
	}
	if err := walkFault(m); !errors.Is(err, kv.ErrDamaged) {
		t.Errorf("an empty list is walked with %v", err)
	}
}

func TestChunkRenamed(t *testing.T) {
	m, secrets := damagedList(t)
	for _, name := range m.under("deny/")[1:3] {
		value := m.values[name]
		must(t, m.Delete(name))
		for _, other := range []string{name + "0", name[:len(name)-1], "deny/" + string(bytes.Repeat([]byte{'0'}, 23)) + "1", "dena/x"} {
			must(t, m.Put(other, value))
			if forgiven(t, name+" as "+other, m, secrets) == 0 || walkFault(m) == nil {
				t.Errorf("%s as %s goes unnoticed", name, other)
			}
			must(t, m.Delete(other))
		}
		must(t, m.Put(name, value))
	}
}

func TestChunkInPlaceOfAnother(t *testing.T) {
	m, secrets := damagedList(t)
	names := m.under("deny/")
	first, second := m.values[names[0]], m.values[names[1]]
	must(t, m.Put(names[0], second))
	must(t, m.Put(names[1], first))
	if forgiven(t, "exchanged", m, secrets) == 0 || walkFault(m) == nil {
		t.Error("two chunks exchanged go unnoticed")
	}
}

// Every single bit: in a store that is not sealed the check sum has to catch it.
func TestChunkBitFlipped(t *testing.T) {
	m, secrets := newStore(t)
	for _, id := range []string{"a", "b", "c"} {
		must(t, userdb.Deny(m, secrets, userdb.KindToken, id, userdb.Entry{Until: noon.Add(time.Hour)}, noon))
	}
	name := m.under("deny/")[0]
	value := m.values[name]
	wrong := 0
	for bit := range 8 * len(value) {
		torn := bytes.Clone(value)
		torn[bit/8] ^= 1 << (bit % 8)
		must(t, m.Put(name, torn))
		for _, id := range []string{"a", "stranger"} {
			if _, ok, err := userdb.Denied(m, secrets, userdb.KindToken, id); ok || !errors.Is(err, kv.ErrDamaged) {
				t.Errorf("bit %d: %t, %v", bit, ok, err)
				wrong++
			}
		}
		if err := userdb.Deny(m, secrets, userdb.KindToken, "d", userdb.Entry{}, noon); !errors.Is(err, kv.ErrDamaged) {
			t.Errorf("bit %d: written over: %v", bit, err)
			wrong++
		}
	}
	for n := range len(value) {
		must(t, m.Put(name, value[:n]))
		if _, _, err := userdb.Denied(m, secrets, userdb.KindToken, "a"); !errors.Is(err, kv.ErrDamaged) {
			t.Errorf("cut to %d bytes: %v", n, err)
			wrong++
		}
	}
	kvtest.Figure(t, "A record of the deny list with a flipped bit, or cut short, is damage even without the seal",
		kvtest.Tried(8*len(value), "flips"), kvtest.Tried(len(value), "cuts"), kvtest.Never(wrong, "wrong answers"))
}

// FuzzParseChunk holds that what is taken as a chunk is in order; the sum is made right, so that the rest is looked at.
func FuzzParseChunk(f *testing.F) {
	m, secrets := newStore(f)
	for i := range 3 {
		must(f, userdb.Deny(m, secrets, userdb.KindToken, fmt.Sprint(i), userdb.Entry{}, noon))
	}
	f.Add(m.values[m.under("deny/")[0]])
	f.Fuzz(func(t *testing.T, value []byte) {
		value = userdb.WithSum(value)
		name := "deny/"
		if len(value) > 13 {
			name = fmt.Sprintf("deny/%x", value[1:13])
		}
		c, err := userdb.ParseChunk(name, value)
		if err != nil {
			if !errors.Is(err, kv.ErrDamaged) {
				t.Fatal(err)
			}
			return
		}
		var prev *userdb.Digest
		for d := range c.All() {
			if !c.Covers(d) || prev != nil && bytes.Compare(prev[:], d[:]) >= 0 {
				t.Fatalf("%x is taken", value)
			}
			if _, ok := c.Find(d); !ok {
				t.Fatalf("%s is listed and not found", d)
			}
			prev = &d
		}
	})
}
