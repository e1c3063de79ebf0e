//go:build etcd

package etcd

import (
	"math"
	"sync"

	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
)

// A pace is the stride of a walk, and how many keys there are ahead at most.
type pace struct {
	stride stride
	ahead  int64 // unknown before all that is ahead was asked for
}

const (
	unknown = math.MaxInt64
	much    = 2 * page // for a span to hold
	little  = page / 2
)

// adapt sees to it that the next span holds a page and not much more. cut tells that the last one was shorter than the stride.
func (p *pace) adapt(found *pb.RangeResponse, cut bool) {
	switch {
	case found.Count > much && len(found.Kvs) > 1:
		p.stride = strideOver(found.Kvs)
	case found.Count == 0 || found.Count < little && !cut:
		p.stride = p.stride.wider()
	}
}

// paces are those of the walks over a store, by prefix: who reads a page, and the next one in another View, does not have to
// find its pace anew. They decide about speed alone.
type paces struct {
	mu sync.Mutex
	of map[string]reached
}

// A reached is where the last page of a walk began, which its reader may have left in the middle.
type reached struct {
	from string
	pace pace
}

// mostPaces are kept.
const mostPaces = 256

// at is the pace for a walk that begins at a key.
func (p *paces) at(prefix, from string) pace {
	p.mu.Lock()
	defer p.mu.Unlock()
	last, ok := p.of[prefix]
	if !ok || from < last.from {
		last.pace.ahead = unknown
	}
	return last.pace
}

func (p *paces) keep(prefix, from string, now pace) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.of == nil || len(p.of) >= mostPaces {
		p.of = map[string]reached{}
	}
	p.of[prefix] = reached{from, now}
}
