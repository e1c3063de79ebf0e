package bolt_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"jotkit/userdb/kv"
	"jotkit/userdb/kv/bolt"
)

const benchRecords = 5000

func benchName(i int) string { return fmt.Sprintf("user/%08d", i) }

func benchStore(b *testing.B) *bolt.Store {
	return create(b, func(tx kv.Tx) error {
		for i := range benchRecords {
			if err := tx.Put(benchName(i), make([]byte, 100)); err != nil {
				return err
			}
		}
		return nil
	})
}

func BenchmarkViewGet(b *testing.B) {
	s := benchStore(b)
	for i := 0; b.Loop(); i++ {
		if err := s.View(b.Context(), func(v kv.View) error {
			_, err := v.Get(benchName(i % benchRecords))
			return err
		}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkUpdatePut(b *testing.B) {
	s := benchStore(b)
	for i := 0; b.Loop(); i++ {
		if _, err := s.Update(b.Context(), func(tx kv.Tx) error {
			return tx.Put(benchName(i%benchRecords), make([]byte, 100))
		}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkUpdateWatched(b *testing.B) {
	s := benchStore(b)
	for i := 0; b.Loop(); i++ {
		if _, err := s.Update(b.Context(), func(tx kv.Tx) error {
			return tx.Put("deny/0", make([]byte, 100))
		}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRev(b *testing.B) {
	s := benchStore(b)
	for b.Loop() {
		if _, err := s.Rev(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkScan(b *testing.B) {
	s := benchStore(b)
	for b.Loop() {
		n := 0
		if err := s.View(b.Context(), func(v kv.View) error {
			for _, err := range v.Scan("user/", "") {
				if err != nil {
					return err
				}
				n++
			}
			return nil
		}); err != nil || n != benchRecords {
			b.Fatal(n, err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/benchRecords, "ns/record")
}

// What the two above cost on bbolt as it is, opened for each transaction.

var records = []byte("records")

func rawStore(b *testing.B) string {
	path := filepath.Join(b.TempDir(), "raw")
	raw(b, path, false, func(db *bbolt.DB) error {
		return db.Update(func(tx *bbolt.Tx) error {
			bucket, err := tx.CreateBucket(records)
			for i := range benchRecords {
				if err == nil {
					err = bucket.Put([]byte(benchName(i)), make([]byte, 100))
				}
			}
			return err
		})
	})
	return path
}

func raw(b *testing.B, path string, readOnly bool, fn func(*bbolt.DB) error) {
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{ReadOnly: readOnly, NoStatistics: true})
	if err == nil {
		err = fn(db)
	}
	if err == nil {
		err = db.Close()
	}
	if err != nil {
		b.Fatal(err)
	}
}

func BenchmarkRawViewGet(b *testing.B) {
	path := rawStore(b)
	for i := 0; b.Loop(); i++ {
		raw(b, path, true, func(db *bbolt.DB) error {
			return db.View(func(tx *bbolt.Tx) error {
				_ = append([]byte{}, tx.Bucket(records).Get([]byte(benchName(i%benchRecords)))...)
				return nil
			})
		})
	}
}

func BenchmarkRawUpdatePut(b *testing.B) {
	path := rawStore(b)
	for i := 0; b.Loop(); i++ {
		raw(b, path, false, func(db *bbolt.DB) error {
			return db.Update(func(tx *bbolt.Tx) error {
				return tx.Bucket(records).Put([]byte(benchName(i%benchRecords)), make([]byte, 100))
			})
		})
	}
}

// BenchmarkCopy tells which share of the time of a copy others have to wait.
func BenchmarkCopy(b *testing.B) {
	s := create(b, nil)
	for i := range 40 {
		if err := update(s, func(tx kv.Tx) (err error) {
			for j := range 1000 {
				err = errors.Join(err, tx.Put(benchName(i*1000+j), make([]byte, 1000)))
			}
			return err
		}); err != nil {
			b.Fatal(err)
		}
	}
	var locked time.Duration
	for b.Loop() {
		f, err := os.Create(filepath.Join(b.TempDir(), "copy"))
		if err != nil {
			b.Fatal(err)
		}
		c, err := s.Copy(b.Context(), f)
		if err != nil {
			b.Fatal(err)
		}
		f.Close()
		locked += c.Locked
	}
	b.ReportMetric(float64(locked)/float64(b.Elapsed()), "locked/copy")
}
