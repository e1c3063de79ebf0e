package bolt

import (
	"encoding/binary"
	"hash/crc32"
	"slices"

	"jotkit/userdb/kv"
)

// The buckets of a store.
const (
	recordsBucket = "records" // what the callers keep
	numbersBucket = "numbers" // one record, numbersName
	logBucket     = "log"     // by watch, 8 bytes big-endian: the watched names that this commit touched
)

const numbersName = "numbers"

// numbers are what a store says of itself. The companion holds a copy, for who has not opened the store.
type numbers struct {
	id    [16]byte // of the file, from its creation on
	gen   uint64   // of the last commit: each moves it by one
	watch uint64   // of the last commit that touched a watched name; callers know it as kv.Rev
}

const numbersSize = 16 + 8 + 8

// most is more than any of the numbers comes to, and leaves room for what is added to one: none ever begins again at 0.
const most = 1 << 62

func (n numbers) encode() []byte {
	b := append(make([]byte, 0, numbersSize+crc32.Size), n.id[:]...)
	b = binary.BigEndian.AppendUint64(b, n.gen)
	b = binary.BigEndian.AppendUint64(b, n.watch)
	return summed(numbersName, b)
}

func parseNumbers(value []byte) (numbers, error) {
	b, good := unsummed(numbersName, value)
	if !good || len(b) != numbersSize {
		return numbers{}, damaged("the store's own numbers")
	}
	n := numbers{gen: binary.BigEndian.Uint64(b[16:]), watch: binary.BigEndian.Uint64(b[24:])}
	copy(n.id[:], b)
	if !n.possible() {
		return numbers{}, damaged("the store's own numbers: commit %d, change %d", n.gen, n.watch)
	}
	return n, nil
}

func (n numbers) possible() bool { return n.gen <= most && n.watch <= most }

// next returns the numbers after one more commit.
func (n numbers) next(watched bool) numbers {
	n.gen++
	if watched {
		n.watch++
	}
	return n
}

// beyond returns numbers that come after both, and a revision from which no verifier gets on by reading what has changed:
// for a state that did not come about by a commit to the one before.
func (n numbers) beyond(seen numbers) numbers {
	n.gen = max(n.gen, seen.gen) + 1
	n.watch = max(n.watch, seen.watch) + kv.KeptChanges + 1
	return n
}

// elsewhere returns numbers for a copy in a place of which nothing is known. They are those of a new store but for the
// commits, which go on from those of the copy.
func (n numbers) elsewhere() numbers {
	fresh := firstNumbers()
	fresh.gen, fresh.watch = n.gen+1, n.watch+fresh.watch+1
	return fresh
}

func logName(watch uint64) []byte { return binary.BigEndian.AppendUint64(nil, watch) }

// encodeLog makes the record of the log for a commit. It is summed with its name: a name with a flipped bit would send
// a verifier to read the wrong record again.
func encodeLog(watch uint64, touched []string) []byte {
	var b []byte
	for _, name := range touched {
		b = append(binary.AppendUvarint(b, uint64(len(name))), name...)
	}
	return summed(string(logName(watch)), b)
}

// checkLog looks at a record of the log as it lies.
func checkLog(name, value []byte) error {
	if len(name) != 8 {
		return damaged("log of no change")
	}
	_, err := parseLog(binary.BigEndian.Uint64(name), value)
	return err
}

func parseLog(watch uint64, value []byte) ([]string, error) {
	b, good := unsummed(string(logName(watch)), value)
	var touched []string
	for good && len(b) > 0 {
		length, n := binary.Uvarint(b)
		if good = n > 0 && length <= uint64(len(b)-n); good {
			touched = append(touched, string(b[n:n+int(length)]))
			b = b[n+int(length):]
		}
	}
	if !good {
		return nil, damaged("log of change %d", watch)
	}
	return touched, nil
}

func summed(name string, b []byte) []byte {
	return binary.BigEndian.AppendUint32(b, sum(name, b))
}

func unsummed(name string, b []byte) ([]byte, bool) {
	end := len(b) - crc32.Size
	if end < 0 {
		return nil, false
	}
	return b[:end], binary.BigEndian.Uint32(b[end:]) == sum(name, b[:end])
}

func sum(name string, b []byte) uint32 {
	return crc32.ChecksumIEEE(slices.Concat([]byte(name), b))
}
