package cmd

import (
	"errors"
	"os"
	"testing"

	"jotkit/cmd/authority"
	"jotkit/userdb/kv"
	"jotkit/userdb/kv/bolt"
	"jotkit/userdb/kv/kvtest"
	"jotkit/userdb/kv/sealed"
)

// TestEveryBitOfCompanion flips the bits of the companion one at a time. There is the right answer or none, where there is
// none there is a way out, and where the flip was not noticed an old copy of the store still is.
func TestEveryBitOfCompanion(t *testing.T) {
	path, key := t.TempDir()+"/jotkit.db", sealed.NewKey()
	what := seed(t, flippable(t, path, key), 0)
	old := readFile(t, path)
	if _, err := acting(path, key).RevokeID(t.Context(), "x", authority.Revoke{}); err != nil {
		t.Fatal(err)
	}
	const used = 8 * 112                   // bits: number of the format, id, two numbers, and who has the lock
	const numbers, behind = 8 * 24, 8 * 40 // from where to where the two numbers are
	flips, mended, wrong, stuck, blind := 0, 0, 0, 0, 0
	for bit := range used {
		if !long() && bit%7 != 0 && (bit < numbers || bit >= behind) {
			continue
		}
		f := copyToFlip(t, path, key, what)
		flip(t, f.bell, bit)
		f.ask(bit, inquiries[0])
		f.ask(bit, inquiries[1])
		flips++
		wrong += f.wrong
		if f.none > 0 {
			if err := f.wayOut(); err != nil {
				t.Errorf("bit %d: no way out: %v", bit, err)
				stuck++
			}
			mended++
			continue
		}
		if err := os.WriteFile(f.path, old, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := acting(f.path, key).Settings(t.Context()); !errors.Is(err, kv.ErrRolledBack) {
			t.Errorf("bit %d: an old copy in the place of the store: %v", bit, err)
			blind++
		}
	}
	kvtest.Figure(t, "A flipped bit in the companion gives no wrong answer, shuts no good store for good, and hides no old copy",
		kvtest.Tried(flips, "flips"), kvtest.Tried(mended, "stores refused and mended as the hint says"),
		kvtest.Never(wrong, "wrong answers"), kvtest.Never(stuck, "stores that stay refused"), kvtest.Never(blind, "old copies taken"))
}

// wayOut does what the hint says where a good store is refused, and wants it to be good then.
func (f *flipping) wayOut() error {
	_, err := f.a.Settings(f.t.Context())
	switch {
	case errors.Is(err, bolt.ErrCompanion):
		err = os.Remove(f.path + ".lock")
	case errors.Is(err, kv.ErrRolledBack):
		copied := f.path + ".copy"
		if err = os.WriteFile(copied, readFile(f.t, f.path), 0o600); err == nil {
			_, err = bolt.New(f.path, bolt.Options{}).Restore(f.t.Context(), copied, true, nil)
		}
	}
	for _, q := range []inquiry{inquiries[0], inquiries[1], requests[len(requests)-1]} {
		if none, fault := q.ask(f.t.Context(), f.a, f.seeded); err == nil && (none || fault != "") {
			err = errors.New(q.name + ": no answer, or " + fault)
		}
	}
	return err
}

func readFile(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestEveryBitOfSealKey flips the bits of the seal key file one at a time. It is refused as a seal key that does not fit, by
// commands that read and that write, and the store is left alone.
func TestEveryBitOfSealKey(t *testing.T) {
	p := newInProcess(t)
	p.run(0, "", "init")
	name := p.dir + "/config/jotkit/seal.key"
	whole, store := readFile(t, name), readFile(t, p.store())
	flips, wrong := 0, 0
	for bit := range 8 * (len(whole) - 1) { // the line end is none of the key
		torn := append([]byte{}, whole...)
		torn[bit/8] ^= 1 << (bit % 8)
		if err := os.WriteFile(name, torn, 0o600); err != nil {
			t.Fatal(err)
		}
		for _, args := range [][]string{{"keys", "list"}, {"mint", "--sub", "ada"}} {
			if fault := p.refuses(args, "seal key"); fault != "" {
				t.Errorf("bit %d of byte %d: %v: %s", bit%8, bit/8, args, fault)
				wrong++
			}
		}
		flips++
	}
	if string(readFile(t, p.store())) != string(store) {
		t.Error("the store was changed")
		wrong++
	}
	if err := os.WriteFile(name, whole, 0o600); err != nil {
		t.Fatal(err)
	}
	p.run(0, "", "keys", "list")
	kvtest.Figure(t, "A flipped bit in the seal key file is a clear refusal, and the store is not touched",
		kvtest.Tried(flips, "flips"), kvtest.Never(wrong, "wrong answers"))
}
