//go:build etcd

package etcd

import clientv3 "go.etcd.io/etcd/client/v3"

// claims are what an Update has read: that it is still so is the condition of its commit. The zero of *claims notes nothing.
type claims struct {
	keys map[string]int64 // revision of each key; 0 for what was not there
	gaps []span           // of keys, in which there was nothing
}

func newClaims() *claims { return &claims{keys: map[string]int64{}} }

func (c *claims) key(key string, rev int64) {
	if c != nil {
		c.keys[key] = rev
	}
}

func (c *claims) gap(from, to string) {
	if c != nil && from < to {
		c.gaps = append(c.gaps, span{from, to})
	}
}

func (c *claims) len() int { return len(c.keys) + len(c.gaps) }

// conditions says the claims in etcd's words, for what was read at rev. What is missing has the revision 0, and so an
// empty record is told from none. In a gap nothing was at rev, so whatever is there later is newer.
func (c *claims) conditions(rev int64) []clientv3.Cmp {
	var when []clientv3.Cmp
	for key, at := range c.keys {
		when = append(when, clientv3.Compare(clientv3.ModRevision(key), "=", at))
	}
	for _, gap := range c.gaps {
		when = append(when, clientv3.Compare(clientv3.ModRevision(gap.from).WithRange(gap.to), "<", rev+1))
	}
	return when
}
