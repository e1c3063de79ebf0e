package etcdtest

import (
	"bytes"
	"io"
	"net"
	"sync"
	"sync/atomic"
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

// carry carries what goes over one connection.
func (p *Proxy) carry(client net.Conn) {
	defer client.Close()
	server, err := net.Dial("tcp", p.to)
	if err != nil {
		return
	}
	defer server.Close()
	k := &link{client: client, server: server}
	if !p.takes(k) {
		return
	}
	var both sync.WaitGroup
	both.Go(func() { p.copy(k, server, client, true) })
	both.Go(func() { p.copy(k, client, server, false) })
	both.Wait()
	p.mu.Lock()
	delete(p.links, k)
	p.mu.Unlock()
}

func (p *Proxy) takes(k *link) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.links[k] = true
	return !p.ended
}

func (p *Proxy) copy(k *link, to io.Writer, from io.Reader, up bool) {
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
		if f == Cut {
			return
		}
		if f == Late {
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
		if _, err := to.Write(b[:n]); err != nil || f == After {
			return
		}
	}
}

// fateOf decides about a piece of data, while the way is not silent.
func (p *Proxy) fateOf(k *link, data []byte, up bool) (f Fate) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for p.silent {
		p.moved.Wait()
	}
	if up && k.head == nil {
		k.head = bytes.Clone(data)
	}
	if p.refused != nil && k.head != nil && p.refused(k.head) {
		return Cut
	}
	if p.decide != nil {
		if f = p.decide(up, len(data)); f != Pass {
			p.count(k)
		}
	}
	return f
}
