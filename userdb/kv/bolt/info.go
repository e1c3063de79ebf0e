package bolt

import (
	"context"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"

	"jotkit/userdb/kv"
)

// Info is what a store says of itself without being unsealed.
type Info struct {
	ID       string // of the store in this place, 32 hexadecimal digits; a restore in its place does not change it
	Commits  uint64
	Rev      kv.Rev
	Size     int64 // of the file, in bytes
	PageSize int
	Pages    int  // of the state: in use, or free
	Free     int  // of them
	Guarded  bool // there is a companion, by which an older copy would be noticed
}

// Info reads what the store says of itself.
func (s *Store) Info(ctx context.Context) (info Info, err error) {
	err = s.read(ctx, func(r *reader) error {
		info = r.info()
		return nil
	})
	info.Guarded = s.Guarded()
	return info, err
}

func (r *reader) info() Info {
	return Info{
		ID: hex.EncodeToString(r.numbers.id[:]), Commits: r.numbers.gen, Rev: kv.Rev(r.numbers.watch),
		Size: r.file.size, PageSize: int(r.pages.size), Pages: int(r.pages.high()), Free: r.pages.free.count(),
	}
}

// staged is what the names of files begin with, behind that of the store, that are to take its place when they are whole.
const staged = ".new-"

// Leftovers returns the files that a create, a restore or a compaction which was cut off has left beside the store at
// path. One that is running has such a file too.
func Leftovers(path string) ([]string, error) {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	entries, err := os.ReadDir(filepath.Dir(path)) // not by a pattern: the path may hold what means something in one
	var left []string
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), filepath.Base(path)+staged) {
			left = append(left, filepath.Join(filepath.Dir(path), e.Name()))
		}
	}
	return left, err
}
