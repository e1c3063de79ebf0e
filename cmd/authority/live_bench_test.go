package authority_test

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
	"time"

	"jotkit/cmd/authority"
	"jotkit/token"
	"jotkit/token/versus"
	"jotkit/userdb/kv/bolt"
	"jotkit/userdb/kv/sealed"
)

// BenchmarkSameToken has a live authority verify what it has verified before: one token again and again, and ten thousand
// in an order that nobody foresees, so that neither the text nor what is remembered of it is in a cache. Each verdict asks
// the clock, the revision of the store in its file, and whether the token was revoked.
func BenchmarkSameToken(b *testing.B) {
	live := liveOnFile(b)
	for _, c := range []struct {
		tokens int
		work   string
		atMost float64 // µs
	}{
		{1, "the same token again, hot", 0.5},
		{10_000, "the same token again, of 10,000 cold", 1},
	} {
		b.Run(fmt.Sprint("tokens=", c.tokens), func(b *testing.B) {
			raw := known(b, live, c.tokens)
			count := live.CountSignatures()
			times := 10_000 / c.tokens
			var took []float64
			for b.Loop() {
				began := time.Now()
				for range times {
					verifyAll(b, live, raw)
				}
				took = append(took, float64(time.Since(began).Nanoseconds())/1000/float64(times*len(raw)))
			}
			b.ReportMetric(0, "ns/op")
			versus.Figure(b, c.work, took, "µs", c.atMost)
			if n := count.Load(); n > 0 {
				b.Fatalf("%d signatures were computed again", n)
			}
		})
	}
}

// BenchmarkSameTokenAtOnce has all cores do so at once: what they wait for each other shows beside one core alone.
func BenchmarkSameTokenAtOnce(b *testing.B) {
	live := liveOnFile(b)
	raw := known(b, live, 10_000)
	cores := runtime.GOMAXPROCS(0)
	versus.Race{
		Work: "the same token again, on all cores",
		Ours: versus.Runner{Name: "all cores", Times: 1, Do: func(int) {
			var all sync.WaitGroup
			for k := range cores {
				all.Go(func() { verifyAll(b, live, raw[k*len(raw)/cores:(k+1)*len(raw)/cores]) })
			}
			all.Wait()
		}},
		Against: []versus.Rival{{Runner: versus.Runner{Name: "one core", Times: 1, Do: func(int) { verifyAll(b, live, raw) }}}},
	}.Run(b)
}

// verifyAll verifies all of these tokens, in the order they are in; each has to be good.
func verifyAll(b *testing.B, live *authority.Live, raw []string) {
	for _, r := range raw {
		if _, err := live.Verify(b.Context(), r); err != nil {
			b.Error(err)
		}
	}
}

// liveOnFile is a live authority on a sealed store in a file, by the clock of the machine.
func liveOnFile(b *testing.B) *authority.Live {
	b.Helper()
	path, key := filepath.Join(b.TempDir(), "jotkit.db"), sealed.NewKey()
	if err := bolt.Create(b.Context(), path, bolt.Options{}, sealed.Fill(key, nil)); err != nil {
		b.Fatal(err)
	}
	w := found(b, sealed.New(bolt.New(path, bolt.Options{}), key), authority.DefaultSettings())
	w.Now = time.Now
	live, err := authority.NewLive(b.Context(), w.Authority)
	if err != nil {
		b.Fatal(err)
	}
	return live
}

// known makes tokens that differ in their jti and has them verified. They come back in another order than they, and what
// is remembered of them, lie in memory.
func known(b *testing.B, live *authority.Live, n int) (raw []string) {
	b.Helper()
	r := authority.MintRequest{Draft: token.Draft{Subject: "ada", Roles: []string{"user"}}, TTL: 12 * time.Hour, Count: n}
	if err := live.Mint(b.Context(), r, func(m authority.Minted) error { raw = append(raw, m.Token); return nil }); err != nil {
		b.Fatal(err)
	}
	verifyAll(b, live, raw)
	rand.Shuffle(len(raw), func(i, k int) { raw[i], raw[k] = raw[k], raw[i] })
	return raw
}
