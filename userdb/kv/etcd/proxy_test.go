//go:build etcd

package etcd_test

import (
	"bytes"
	"io"
	"net"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
)

// A proxy stands between a client and a member, or between two members, and cuts what goes through it.
type proxy struct {
	to string
	l  net.Listener

	mu    sync.Mutex
	links map[*link]bool
	cuts  int                          // links that were cut
	armed func(up bool, size int) fate // decides about each piece of data; nil lets all through
	shut  func(head []byte) bool       // refuses new links by their first bytes; nil takes all
	all   sync.WaitGroup

	release chan struct{} // closed to release what is late
	answers atomic.Int64  // bytes that came back to what was late
}

// A fate is what becomes of a piece of data.
type fate int

const (
	pass  fate = iota
	cut        // it gets lost, and the link is cut
	after      // it arrives, and then the link is cut
	late       // the client is cut off, and it arrives when the proxy releases it
)

// A link is one connection through a proxy.
type link struct {
	client, server net.Conn
	head           []byte // first bytes of the client
	counted        bool
	late           atomic.Bool // the way up goes on alone
}

func (l *link) close() {
	l.client.Close()
	l.server.Close()
}

func newProxy(tb testing.TB, to string) *proxy {
	tb.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	p := &proxy{to: to, l: l, links: map[*link]bool{}, release: make(chan struct{})}
	p.all.Go(p.serve)
	tb.Cleanup(func() {
		l.Close()
		p.cutAll()
		p.all.Wait()
	})
	return p
}

func (p *proxy) addr() string { return p.l.Addr().String() }

func (p *proxy) serve() {
	for {
		client, err := p.l.Accept()
		if err != nil {
			return
		}
		p.all.Go(func() { p.carry(client) })
	}
}

// carry carries what goes over one connection.
func (p *proxy) carry(client net.Conn) {
	defer client.Close()
	server, err := net.Dial("tcp", p.to)
	if err != nil {
		return
	}
	defer server.Close()
	k := &link{client: client, server: server}
	p.mu.Lock()
	p.links[k] = true
	p.mu.Unlock()
	var both sync.WaitGroup
	both.Go(func() { p.copy(k, server, client, true) })
	both.Go(func() { p.copy(k, client, server, false) })
	both.Wait()
	p.mu.Lock()
	delete(p.links, k)
	p.mu.Unlock()
}

func (p *proxy) copy(k *link, to io.Writer, from io.Reader, up bool) {
	defer func() {
		if !k.late.Load() { // else it is the test that ends it
			k.close()
		}
	}()
	b := make([]byte, 64<<10)
	for {
		n, err := from.Read(b)
		if err != nil {
			return
		}
		f := p.fateOf(k, b[:n], up)
		if f == cut {
			return
		}
		if f == late {
			k.late.Store(true)
			k.client.Close()
			<-p.release
			_, _ = to.Write(b[:n])
			return
		}
		if !up && k.late.Load() {
			p.answers.Add(int64(n))
			continue
		}
		if _, err := to.Write(b[:n]); err != nil || f == after {
			return
		}
	}
}

func (p *proxy) fateOf(k *link, data []byte, up bool) (f fate) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if up && k.head == nil {
		k.head = bytes.Clone(data)
	}
	if p.shut != nil && k.head != nil && p.shut(k.head) {
		return cut
	}
	if p.armed != nil {
		if f = p.armed(up, len(data)); f != pass {
			p.count(k)
		}
	}
	return f
}

// count counts a cut. mu is held.
func (p *proxy) count(k *link) {
	if !k.counted {
		k.counted = true
		p.cuts++
	}
}

// arm has decide decide about each piece of data from now on, up is from the client. It is called one piece after another.
func (p *proxy) arm(decide func(up bool, size int) fate) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.armed = decide
}

// shutOut cuts all links whose first bytes are refused, and those that come from now on. nil opens the proxy again.
func (p *proxy) shutOut(refused func(head []byte) bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.shut = refused; refused == nil {
		return
	}
	for k := range p.links {
		if k.head != nil && refused(k.head) {
			k.close()
		}
	}
}

// cutAll cuts all links of now.
func (p *proxy) cutAll() (n int) {
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

// everyone refuses all.
func everyone([]byte) bool { return true }

// sentBy refuses members: they say who they are in the head of each request to another.
func sentBy(ids ...string) func([]byte) bool {
	return func(head []byte) bool {
		return slices.ContainsFunc(ids, func(id string) bool { return bytes.Contains(head, []byte("X-Server-From: "+id)) })
	}
}
