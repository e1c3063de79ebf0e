package authority_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"jotkit/cmd/authority"
	"jotkit/token/versus"
	"jotkit/userdb"
	"jotkit/userdb/kv"
	"jotkit/userdb/kv/bolt"
	"jotkit/userdb/kv/sealed"
)

// BenchmarkLoginStore is a login with a session, on sealed store files of few and of many people, each of whom has a session
// already. Its hash is one of the cheapest: what is left is the work of the store, the audit line and the signature, on the
// disk when the login returns.
func BenchmarkLoginStore(b *testing.B) {
	sizes := []int{100, 1_000}
	if !testing.Short() {
		sizes = append(sizes, 10_000)
	}
	if os.Getenv("JOTKIT_LONG") != "" {
		sizes = []int{10_000, 100_000, 1_000_000}
	}
	g := versus.Growth{Chart: "people", Work: "the store's part of a login", AtMost: 2}
	for _, n := range sizes {
		a := crowd(b, n)
		i := 0
		do := func(times int) {
			for range times {
				r := authority.LoginRequest{Name: personName(i * 7919 % n), Password: password, Session: true}
				if _, err := a.Login(context.Background(), r); err != nil {
					b.Fatal(err)
				}
				i++
			}
		}
		g.Sizes = append(g.Sizes, versus.Size{N: float64(n), Runner: versus.Runner{Do: do, Times: 4}})
	}
	g.Run(b)
}

func personName(i int) string { return fmt.Sprintf("person%07d", i) }

// crowd founds a store with so many people in it, a session of each, and who acts on it.
func crowd(b *testing.B, n int) *authority.Authority {
	b.Helper()
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	first, err := authority.Found(authority.DefaultSettings(), now, "tester")
	if err != nil {
		b.Fatal(err)
	}
	path, key := filepath.Join(b.TempDir(), "s.db"), sealed.NewKey()
	if err := bolt.Create(b.Context(), path, bolt.Options{}, sealed.Fill(key, first)); err != nil {
		b.Fatal(err)
	}
	a := &authority.Authority{
		Store:  sealed.New(bolt.New(path, bolt.Options{}), key),
		Now:    func() time.Time { now = now.Add(time.Second); return now },
		Actor:  "tester",
		Chain:  "cli",
		Hasher: userdb.Hasher{Cost: userdb.Cost{Memory: 8, Time: 1, Threads: 1}},
	}
	hash, err := a.Hasher.Hash(password)
	if err != nil {
		b.Fatal(err)
	}
	sessions := make([]userdb.Session, n)
	for i := range sessions {
		sessions[i] = userdb.NewSession(personName(i), now, 30*24*time.Hour, 7*24*time.Hour)
	}
	slices.SortFunc(sessions, func(a, b userdb.Session) int { return strings.Compare(a.ID, b.ID) })
	fill(b, a.Store, n, func(i int) (string, any) { return "session/" + sessions[i].ID, sessions[i] })
	fill(b, a.Store, n, func(i int) (string, any) {
		u := userdb.User{Name: personName(i), Roles: []string{"user"}, Hash: hash, Created: now, Changed: now}
		return "user/" + u.Name, u
	})
	return a
}

// fill writes records in order, some ten thousand in each commit.
func fill(b *testing.B, s kv.Store, n int, record func(i int) (string, any)) {
	b.Helper()
	const at = 20_000
	for from := 0; from < n; from += at {
		_, err := s.Update(b.Context(), func(tx kv.Tx) error {
			for i := from; i < min(from+at, n); i++ {
				name, v := record(i)
				value, err := json.Marshal(v)
				if err == nil {
					err = tx.Put(name, value)
				}
				if err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}
