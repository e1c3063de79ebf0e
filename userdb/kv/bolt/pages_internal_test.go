package bolt

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"jotkit/userdb/kv"
)

// Whatever bytes there are where a store should be, reading them ends, without a panic, and with damage if with an error.
func FuzzPages(f *testing.F) {
	path := filepath.Join(f.TempDir(), "store")
	if err := Create(f.Context(), path, Options{}, func(tx kv.Tx) error {
		for _, name := range []string{"deny/1", "keys", "user/ada"} {
			if err := tx.Put(name, make([]byte, 1500)); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		f.Fatal(err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole[:8*4096], "keys")
	f.Add(whole[:4096], "")
	f.Add([]byte{}, "x")
	f.Fuzz(func(t *testing.T, data []byte, name string) {
		for tx := range uint64(3) {
			if err := walk(data[:len(data)/4096*4096], tx, name); err != nil && !errors.Is(err, kv.ErrDamaged) {
				t.Errorf("%v", err)
			}
		}
	})
}

func walk(data []byte, tx uint64, name string) error {
	p, err := openPages(data, 4096, tx)
	if err != nil {
		return err
	}
	if err := p.free.check(uint64(len(data)) / 4096); err != nil {
		return err
	}
	records, err := p.bucket(recordsBucket)
	if err != nil {
		return err
	}
	if _, _, err := records.floor([]byte(name), true); err != nil {
		return err
	}
	leaf, i, err := records.after([]byte(name), false)
	for err == nil && leaf != nil {
		leaf, i, err = records.after(leaf.name(i), false)
	}
	return errors.Join(err, records.touch([]byte(name), true))
}

// A branch that leads back to itself, and every page of it in good order, is found out.
func TestCircle(t *testing.T) {
	whole := make([]byte, 4*4096)
	p := page(whole[2*4096 : 3*4096])
	circle := append(make([]byte, 0, 64), 2, 0, 0, 0, 0, 0, 0, 0, branchPage, 0, 1, 0, 0, 0, 0, 0) // one element
	circle = append(circle, 16, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 'a')
	if copy(p, circle); p.id() != 2 {
		t.Skip("numbers are in another byte order here")
	}
	records := tree{pages: &pages{data: whole, size: 4096, good: make(map[uint64]page)}, root: 2}
	if _, err := records.pages.at(2); err != nil {
		t.Fatalf("the page itself: %v", err)
	}
	_, _, err1 := records.floor([]byte("b"), true)
	_, _, err2 := records.after([]byte("b"), true)
	for _, err := range []error{err1, err2, records.touch([]byte("b"), true)} {
		if !errors.Is(err, kv.ErrDamaged) {
			t.Errorf("got %v", err)
		}
	}
}

func TestLogRecord(t *testing.T) {
	names := []string{"ring", "deny/0", "deny/\x00\xff"}
	record := encodeLog(7, names)
	if got, err := parseLog(7, record); err != nil || len(got) != 3 || got[2] != names[2] {
		t.Errorf("got %q, %v", got, err)
	}
	if _, err := parseLog(8, record); !errors.Is(err, kv.ErrDamaged) {
		t.Errorf("of another commit: %v", err)
	}
	for bit := range len(record) * 8 {
		record[bit/8] ^= 1 << (bit % 8)
		if got, err := parseLog(7, record); !errors.Is(err, kv.ErrDamaged) {
			t.Errorf("bit %d: %q, %v", bit, got, err)
		}
		record[bit/8] ^= 1 << (bit % 8)
	}
}
