//go:build etcd

package etcd

import (
	"maps"

	clientv3 "go.etcd.io/etcd/client/v3"

	"jotkit/userdb/kv"
)

// claims are what an Update has read: that it is still so is the condition of its commit.
type claims struct {
	keys map[string]int64  // revision of each key; 0 for what was not there
	gaps map[string]string // from a key to another one, in which there was nothing
}

func newClaims() claims { return claims{map[string]int64{}, map[string]string{}} }

func (c claims) gap(from, to string) {
	if from < to {
		c.gaps[from] = max(c.gaps[from], to)
	}
}

// add takes over other claims, made at the same revision.
func (c claims) add(more claims) {
	maps.Copy(c.keys, more.keys)
	for from, to := range more.gaps {
		c.gap(from, to)
	}
}

// with is how many there are with others.
func (c claims) with(more claims) int {
	n := c.len()
	for key := range more.keys {
		if _, known := c.keys[key]; !known {
			n++
		}
	}
	for from := range more.gaps {
		if _, known := c.gaps[from]; !known {
			n++
		}
	}
	return n
}

func (c claims) len() int { return len(c.keys) + len(c.gaps) }

// conditions says the claims in etcd's words, for what was read at rev. What is missing has the revision 0, and so an
// empty record is told from none. In a gap nothing was at rev, so whatever is there later is newer.
func (c claims) conditions(rev int64) []clientv3.Cmp {
	var when []clientv3.Cmp
	for key, at := range c.keys {
		when = append(when, clientv3.Compare(clientv3.ModRevision(key), "=", at))
	}
	for from, to := range c.gaps {
		when = append(when, clientv3.Compare(clientv3.ModRevision(from).WithRange(to), "<", rev+1))
	}
	return when
}

// A claiming reader is what an Update lays its overlay on: it notes what was read.
type claiming struct {
	*reader
	claims claims
}

func (r *claiming) Get(name string) ([]byte, error) {
	found, err := r.get(name)
	if err == nil {
		r.claims.keys[r.s.keys.records+name] = found.rev
	}
	return value(found, err)
}

func (r *claiming) Floor(name string) (string, []byte, error) { return r.claimLast(name, name+"\x00") }

func (r *claiming) Before(name string) (string, []byte, error) { return r.claimLast(name, name) }

func (r *claiming) claimLast(name, end string) (string, []byte, error) {
	found, err := r.last(name, end)
	records := r.s.keys.records
	switch {
	case err != nil:
	case found.name == "":
		r.claims.gap(records, records+end)
	default:
		r.claims.keys[records+found.name] = found.rev
		r.claims.gap(records+found.name+"\x00", records+end)
	}
	return named(found, err)
}

var _ kv.Base = (*claiming)(nil)
