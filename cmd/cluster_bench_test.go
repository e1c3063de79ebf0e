//go:build etcd && unix

package cmd

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"jotkit/token/versus"
)

// BenchmarkClusterActs measures how many logins and refreshes two nodes do on three members of etcd, all on this machine, and
// what those leave there. Hashes cost nothing here: what they cost is known, and comes on top of each login.
func BenchmarkClusterActs(b *testing.B) {
	const atOnce = 64
	c := newCluster(b)
	nodes := c.nodes()
	var people []string
	for i := range atOnce {
		people = append(people, fmt.Sprint("ada", i))
	}
	perSecond := func(do func(i int) error) float64 { // each of those at once does it a few times
		const times = 5
		began := time.Now()
		var all sync.WaitGroup
		for i := range atOnce {
			all.Go(func() {
				for range times {
					if err := do(i); err != nil {
						b.Error(err)
					}
				}
			})
		}
		all.Wait()
		return atOnce * times / time.Since(began).Seconds()
	}
	for i, name := range people {
		if err := nodes[i%2].registers(name); err != nil {
			b.Fatal(err)
		}
	}
	grants := make([]grant, atOnce)
	var registrations, logins, refreshes []float64
	var registered atomic.Int64
	for b.Loop() {
		registrations = append(registrations, perSecond(func(i int) error { return nodes[i%2].registers(fmt.Sprint("person", registered.Add(1))) }))
		logins = append(logins, perSecond(func(i int) (err error) { grants[i], err = nodes[i%2].logsIn(people[i]); return err }))
		refreshes = append(refreshes, perSecond(func(i int) (err error) { grants[i], err = nodes[i%2].renews(grants[i].Refresh); return err }))
	}
	b.ReportMetric(0, "ns/op")
	versus.Figure(b, "registrations by two nodes on etcd, hashes aside", registrations, "1/s", 0)
	versus.Figure(b, "logins by two nodes on etcd, hashes aside", logins, "1/s", 0)
	versus.Figure(b, "refreshes by two nodes on etcd", refreshes, "1/s", 0)
	for what, kind := range map[string]string{"a person": "user/", "a session": "session/"} {
		versus.Figure(b, "names and values of "+what+" in etcd", []float64{c.bytesOf(b, kind)}, "bytes", 0)
	}
}

// bytesOf is how long the key and the value of a record of this kind are, in the median.
func (c *etcdCluster) bytesOf(tb testing.TB, kind string) float64 {
	tb.Helper()
	const prefix = "jotkit/r/"
	from := prefix + kind
	end := from[:len(from)-1] + string(from[len(from)-1]+1)
	var found struct {
		KVs []struct{ Key, Value []byte } // JSON has them in base64
	}
	encode := base64.StdEncoding.EncodeToString
	if err := postJSON(http.DefaultClient, c.members[0].URL()+"/v3/kv/range", fmt.Sprintf(`{"key":%q,"range_end":%q}`, encode([]byte(from)), encode([]byte(end))), &found); err != nil {
		tb.Fatal(err)
	}
	var sizes []int
	for _, kv := range found.KVs {
		sizes = append(sizes, len(kv.Key)+len(kv.Value))
	}
	if len(sizes) == 0 {
		tb.Fatalf("no %q", from)
	}
	slices.Sort(sizes)
	return float64(sizes[len(sizes)/2])
}
