//go:build unix

package cmd

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"jotkit/userdb/kv/kvtest"
)

// builtHome is a home whose jotkit is built as it is released: with hashes of the usual cost.
func builtHome(t testing.TB) home {
	t.Helper()
	h := newHome(t)
	h.bin = filepath.Join(t.TempDir(), "jotkit")
	c := exec.Command("go", "build", "-o", h.bin, "jotkit")
	c.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return h
}

// TestManyLogins lets 500 log in at once: each is answered, those that are too many with 503 and when to come again; the
// memory stays bounded; and the doors stay open for who is in.
func TestManyLogins(t *testing.T) {
	d := newDaemon(builtHome(t))
	d.run("register", "ada", "--password-file", "pass")
	raw := d.mints("ada", 1)[0]
	stop := d.asks(raw, 2)
	answers := make(chan reply, 500)
	for range cap(answers) {
		go func() { answers <- d.login("ada") }()
	}
	counts := map[int]int{}
	for range cap(answers) {
		got := <-answers
		counts[got.status]++
		if got.status == http.StatusServiceUnavailable && got.retry == "" {
			t.Error("503, and not when to come again")
		}
	}
	meanwhile := stop()
	t.Logf("logins by status: %v; /protected meanwhile: %v", counts, meanwhile)
	if counts[200]+counts[503] != cap(answers) || counts[200] == 0 || counts[503] == 0 {
		t.Errorf("logins by status: %v", counts)
	}
	if meanwhile[200] == 0 || len(meanwhile) != 1 {
		t.Errorf("/protected meanwhile: %v", meanwhile)
	}
	peak := d.peak()
	hashing := runtime.NumCPU() * 64
	t.Logf("peak %d MiB, of which hashing has to have %d", peak, hashing)
	if peak > 100+hashing {
		t.Errorf("peak %d MiB, and %d were allowed", peak, 100+hashing)
	}
	d.end()
}

// peak is the most memory that serve has had, in MiB; 0 where the system does not tell.
func (d *daemon) peak() int {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", d.serve.Process.Pid))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(text), "VmHWM:")
	kib, _, _ := strings.Cut(strings.TrimSpace(rest), " ")
	n, err := strconv.Atoi(kib)
	if err != nil {
		d.t.Fatal(err)
	}
	return n >> 10
}

// TestSlowConnections: a thousand connections that say nothing, or a byte now and then, keep nobody else out, and are
// dropped.
func TestSlowConnections(t *testing.T) {
	d := newDaemon(newHome(t))
	raw := d.mints("ada", 1)[0]
	many, kinds := 200, 2
	if long() {
		many, kinds = 1000, 3
	}
	var all sync.WaitGroup
	dropped := make(chan bool, many)
	for i := range many {
		c, err := net.Dial("tcp", strings.TrimPrefix(d.url, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		all.Go(func() { dropped <- drips(c, i%kinds) })
	}
	stop := d.asks(raw, 2)
	all.Wait()
	counts := stop()
	t.Logf("/protected beside %d slow connections: %v", many, counts)
	if counts[200] == 0 || len(counts) != 1 {
		t.Errorf("/protected meanwhile: %v", counts)
	}
	for range many {
		if !<-dropped {
			t.Error("a slow connection is kept")
		}
	}
	d.end()
}

// drips sends a request a byte at a time, or nothing, until it is hung up on, which has to be soon.
func drips(c net.Conn, kind int) (dropped bool) {
	defer c.Close()
	text := ""
	switch kind {
	case 1:
		text = "GET /protected HTTP/1.1\r\nHost: x\r\nX-Slow: " + strings.Repeat("a", 100)
	case 2:
		text = "POST /login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n"
	}
	if kind == 2 {
		fmt.Fprint(c, text)
		text = strings.Repeat("a", 100)
	}
	hungUp := make(chan struct{})
	go func() {
		defer close(hungUp)
		b := make([]byte, 1000)
		for {
			if _, err := c.Read(b); err != nil {
				return
			}
		}
	}()
	for at := range 60 {
		select {
		case <-hungUp:
			return true
		case <-time.After(time.Second):
			if at < len(text) {
				fmt.Fprint(c, text[at:at+1])
			}
		}
	}
	return false
}

// TestRevokeUnderLoad: twenty revocations by the command line at once, beside many requests: each succeeds, and holds when
// it has returned.
func TestRevokeUnderLoad(t *testing.T) {
	d := newDaemon(newHome(t))
	stop := d.asks(d.mints("other", 1)[0], 8)
	var all sync.WaitGroup
	var failed, late atomic.Int64
	waits := make([]time.Duration, 20)
	for i, raw := range d.mints("ada", len(waits)) {
		all.Go(func() {
			if got := d.status(raw); got != http.StatusOK {
				t.Errorf("before: %d", got)
			}
			args := []string{"revoke", raw}
			if i%2 == 0 {
				args = []string{"revoke", "--jti", id(t, raw)}
			}
			start := time.Now()
			if out, err := d.command(args...).CombinedOutput(); err != nil {
				t.Errorf("revoke: %v\n%s", err, out)
				failed.Add(1)
			}
			waits[i] = time.Since(start)
			if got := d.status(raw); got != http.StatusUnauthorized {
				t.Errorf("after: %d", got)
				late.Add(1)
			}
		})
	}
	all.Wait()
	counts := stop()
	t.Logf("requests meanwhile: %v; the longest of the commands took %v", counts, slices.Max(waits))
	good := counts[http.StatusOK]
	delete(counts, http.StatusOK)
	bad := 0
	for status, n := range counts {
		t.Errorf("%d requests meanwhile got %d", n, status)
		bad += n
	}
	d.end()
	kvtest.Figure(t, "Twenty commands that revoke at once, beside a server that is asked without pause, all succeed and hold at once",
		kvtest.Tried(len(waits), "revocations"), kvtest.Tried(good, "requests answered"), kvtest.Never(int(failed.Load()), "revocations failed"),
		kvtest.Never(int(late.Load()), "late"), kvtest.Never(bad, "requests failed"))
}

// TestStoreMovedAway: without its store serve accepts nothing, and when it is back all is well again.
func TestStoreMovedAway(t *testing.T) {
	d := newDaemon(newHome(t))
	raw := d.mints("ada", 1)[0]
	d.becomes("at first", raw, http.StatusOK)
	if err := os.Rename(d.store(), d.path("aside")); err != nil {
		t.Fatal(err)
	}
	d.becomes("without a store", raw, http.StatusServiceUnavailable)
	if err := os.Rename(d.path("aside"), d.store()); err != nil {
		t.Fatal(err)
	}
	d.becomes("with it again", raw, http.StatusOK)
	d.run("revoke", raw)
	if got := d.status(raw); got != http.StatusUnauthorized {
		t.Errorf("revoked after that: %d", got)
	}
	d.end()
}

// TestStopUnderLoad: at SIGTERM what is under way is answered, and serve ends well. A request that no connection took is
// not answered at all; none is cut off.
func TestStopUnderLoad(t *testing.T) {
	d := newDaemon(newHome(t))
	d.run("register", "ada", "--password-file", "pass")
	stop := d.asks(d.mints("ada", 1)[0], 8)
	var logins sync.WaitGroup
	for range 10 {
		logins.Go(func() {
			if got := d.login("ada"); got.status != http.StatusOK && got.status != 0 {
				t.Errorf("a login: %+v", got)
			}
		})
	}
	time.Sleep(100 * time.Millisecond)
	d.end()
	counts := stop()
	delete(counts, 0) // nobody listens any more
	logins.Wait()
	if counts[200] == 0 || len(counts) != 1 {
		t.Errorf("/protected meanwhile: %v", counts)
	}
}
