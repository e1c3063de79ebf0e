package etcdtest

import (
	"bytes"
	"net"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
)

// A Proxy stands between a client and a member, or between two members, and cuts what goes through it.
type Proxy struct {
	to string
	l  net.Listener

	mu      sync.Mutex
	moved   *sync.Cond // silent has changed
	links   map[*link]bool
	cuts    int                    // links that were cut
	decide  Decide                 // nil lets all through
	refused func(head []byte) bool // nil takes all
	silent  bool
	ended   bool // no new links
	all     sync.WaitGroup

	release chan struct{} // closed to release what is late
	answers atomic.Int64  // bytes that came back to what was late
}

// Decide decides about each piece of data, one after the other. Up is from the client.
type Decide func(up bool, size int) Fate

// A Fate is what becomes of a piece of data.
type Fate int

const (
	Pass  Fate = iota
	Cut        // it gets lost, and the link is cut
	After      // it arrives, and then the link is cut
	Late       // the client is cut off, and it arrives when the proxy releases it
)

// Once decides until it has let something not pass.
func Once(decide Decide) Decide {
	done := false
	return func(up bool, size int) Fate {
		if done {
			return Pass
		}
		f := decide(up, size)
		done = f != Pass
		return f
	}
}

// NewProxy starts one before the address of a member. It ends with the test.
func NewProxy(tb testing.TB, to string) *Proxy {
	tb.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	p := &Proxy{to: to, l: l, links: map[*link]bool{}, release: make(chan struct{})}
	p.moved = sync.NewCond(&p.mu)
	p.all.Go(p.serve)
	tb.Cleanup(p.end)
	return p
}

func (p *Proxy) end() {
	p.l.Close()
	p.mu.Lock()
	p.ended = true
	p.mu.Unlock()
	p.Become(Whole) // else what is silent would wait
	p.CutAll()
	p.all.Wait()
}

// Addr is where it is to be reached.
func (p *Proxy) Addr() string { return p.l.Addr().String() }

func (p *Proxy) serve() {
	for {
		client, err := p.l.Accept()
		if err != nil {
			return
		}
		p.all.Go(func() { p.carry(client) })
	}
}

// Arm has decide decide about each piece of data from now on; nil lets all through.
func (p *Proxy) Arm(decide Decide) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.decide = decide
}

// A State is that of a way as a whole.
type State int

const (
	Whole  State = iota
	Broken       // links end, and new ones do with their first bytes
	Silent       // links stay, and nothing arrives
)

// Become brings the way into a state, until it is brought into another.
func (p *Proxy) Become(s State) {
	switch s {
	case Broken:
		p.Refuse(func([]byte) bool { return true })
	default:
		p.Refuse(nil)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.silent = s == Silent
	p.moved.Broadcast()
}

// Refuse cuts all links whose first bytes are refused, and those that come from now on. nil refuses none any more.
func (p *Proxy) Refuse(refused func(head []byte) bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.refused = refused; refused == nil {
		return
	}
	for k := range p.links {
		if k.head != nil && refused(k.head) {
			k.close()
		}
	}
}

// SentBy refuses members, by their ids: they say who they are in the head of each request to another.
func SentBy(ids ...string) func(head []byte) bool {
	return func(head []byte) bool {
		return slices.ContainsFunc(ids, func(id string) bool { return bytes.Contains(head, []byte("X-Server-From: "+id)) })
	}
}

// CutAll cuts all links of now, and returns how many that were.
func (p *Proxy) CutAll() (n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for k := range p.links {
		if k.head != nil && !k.counted {
			p.count(k)
			n++
		}
		k.close()
	}
	return n
}

// Cuts is how many links were cut, by CutAll and by decisions.
func (p *Proxy) Cuts() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.cuts
}

// count counts a cut. mu is held.
func (p *Proxy) count(k *link) {
	if !k.counted {
		k.counted = true
		p.cuts++
	}
}

// Release has all that is late arrive.
func (p *Proxy) Release() { close(p.release) }

// Answers is how many bytes came back to what was late.
func (p *Proxy) Answers() int64 { return p.answers.Load() }
