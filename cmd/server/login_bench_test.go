package server_test

import (
	"fmt"
	"net/http"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/argon2"

	"jotkit/cmd/authority"
	"jotkit/cmd/server"
	"jotkit/token/versus"
	"jotkit/userdb"
)

const (
	loginsAtOnce = 8 // people who wait for their answer at the same time
	loginsATurn  = 16
)

// BenchmarkLogin logs different people in, with right passwords and hashes of the usual cost, as many at once as keep every
// core busy, in turn with as many bare hashes on all cores.
func BenchmarkLogin(b *testing.B) {
	cores := runtime.GOMAXPROCS(0)
	w := startOn(b, boltStore(b), quiet, machineTime, usualHashes(cores))
	w.Hasher.Cost = userdb.DefaultCost
	for i := range loginsAtOnce {
		w.register(b, fmt.Sprint("person", i))
	}
	url := "http://" + running(b, w) + "/login"
	logins := func(n int) { atOnce(loginsAtOnce, n, func(k int) { logsIn(b, url, k) }) }
	hashes := func(n int) { atOnce(cores, n, func(int) { bareHash(userdb.DefaultCost) }) }
	versus.Race{
		Work: "/login", Ours: versus.Runner{Name: "serve", Do: logins, Times: loginsATurn},
		Against: []versus.Rival{{Runner: versus.Runner{Name: "Argon2id alone", Do: hashes, Times: loginsATurn}, AtMost: 1 / 0.95}},
	}.Run(b)
	versus.Figure(b, "memory of /login for each core", []float64{peakHeap(func() { logins(loginsATurn) }) / float64(cores)}, "MiB", 0)
	versus.Figure(b, "memory of Argon2id alone for each core", []float64{peakHeap(func() { hashes(loginsATurn) }) / float64(cores)}, "MiB", 0)
}

// usualHashes has a server hash as serve does.
func usualHashes(cores int) func(*server.Server) {
	return func(s *server.Server) {
		s.Live.Hasher.Cost = userdb.DefaultCost
		s.Live.Limits = authority.NewLimits(cores)
	}
}

// atOnce does something n times, so many at once; do is told who of them does it.
func atOnce(many, n int, do func(k int)) {
	var all sync.WaitGroup
	for k := range many {
		all.Go(func() {
			for i := k; i < n; i += many {
				do(k)
			}
		})
	}
	all.Wait()
}

func logsIn(b *testing.B, url string, k int) {
	body := fmt.Sprintf(`{"username":"person%d","password":%q}`, k, password)
	got, err := http.Post(url, "application/json", strings.NewReader(body))
	if err != nil {
		b.Error(err)
		return
	}
	defer got.Body.Close()
	if got.StatusCode != http.StatusOK {
		b.Errorf("login: %d", got.StatusCode)
	}
}

func bareHash(c userdb.Cost) {
	argon2.IDKey([]byte(password), make([]byte, 16), c.Time, c.Memory, c.Threads, 32)
}

// peakHeap is the most memory in MiB that was taken from the system while something was done, beyond what was before.
func peakHeap(do func()) float64 {
	debug.FreeOSMemory()
	before := heap()
	stop, peak := make(chan struct{}), make(chan float64)
	go func() {
		most := before
		for {
			select {
			case <-stop:
				peak <- most
				return
			case <-time.After(time.Millisecond):
				most = max(most, heap())
			}
		}
	}()
	do()
	close(stop)
	return <-peak - before
}

// heap is what the process has of the system for its heap, in MiB.
func heap() float64 {
	s := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}, {Name: "/memory/classes/heap/unused:bytes"},
		{Name: "/memory/classes/heap/free:bytes"}}
	metrics.Read(s)
	sum := uint64(0)
	for _, one := range s {
		sum += one.Value.Uint64()
	}
	return float64(sum) / (1 << 20)
}
