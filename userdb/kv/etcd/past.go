//go:build etcd

package etcd

import (
	"fmt"
	"sync"
)

// A past is how far this process has seen the cluster come. It never goes back, unless its members were restored from a copy;
// then what was revoked since would be good again, however far it has come by now.
type past struct {
	mu       sync.Mutex
	rev      int64 // the newest of the cluster
	restored error
}

// known returns what every request that is sent from now on has to find.
func (p *past) known() (rev int64, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.rev, p.restored
}

// saw takes note of a revision that has been reached.
func (p *past) saw(rev int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.rev = max(p.rev, rev)
}

// found takes note of the revision of an answer to who had known of another one.
func (p *past) found(known, rev int64) error {
	if rev < known {
		p.lost(rev, known)
	}
	p.saw(rev)
	_, err := p.known()
	return err
}

// lost takes note that there is less than there was.
func (p *past) lost(is, was int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.restored == nil {
		p.restored = fmt.Errorf("%w: revision %d is there, and %d was", ErrRestored, is, was)
	}
}
