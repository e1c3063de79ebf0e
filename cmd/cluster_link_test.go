//go:build etcd && unix

package cmd

import (
	"net"
	"sync"
	"testing"
)

// A link is the way from a node to a member, which the tests cut.
type link struct {
	to string
	l  net.Listener

	mu    sync.Mutex
	moved *sync.Cond // the state has changed
	state linkState
	conns map[net.Conn]bool
	all   sync.WaitGroup
}

type linkState int

const (
	whole  linkState = iota
	broken           // connections end, and new ones do as soon as they are made
	silent           // connections stay, and nothing arrives
)

func newLink(t testing.TB, to string) *link {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := &link{to: to, l: listener, conns: map[net.Conn]bool{}}
	l.moved = sync.NewCond(&l.mu)
	l.all.Go(l.accept)
	t.Cleanup(func() {
		listener.Close()
		l.become(broken)
		l.all.Wait()
	})
	return l
}

func (l *link) addr() string { return l.l.Addr().String() }

func (l *link) accept() {
	for {
		c, err := l.l.Accept()
		if err != nil {
			return
		}
		l.all.Go(func() { l.carry(c) })
	}
}

// carry carries what goes over one connection.
func (l *link) carry(near net.Conn) {
	far, err := net.Dial("tcp", l.to)
	if err != nil || !l.keep(near, far) {
		near.Close()
		if err == nil {
			far.Close()
		}
		return
	}
	var both sync.WaitGroup
	both.Go(func() { l.copy(far, near) })
	both.Go(func() { l.copy(near, far) })
	both.Wait()
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.conns, near)
	delete(l.conns, far)
}

// keep takes note of both ends, and returns false where the link is broken.
func (l *link) keep(ends ...net.Conn) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, c := range ends {
		l.conns[c] = true
	}
	return l.state != broken
}

func (l *link) copy(to, from net.Conn) {
	defer to.Close()
	defer from.Close()
	b := make([]byte, 64<<10)
	for {
		n, err := from.Read(b)
		if err != nil || !l.passes() {
			return
		}
		if _, err := to.Write(b[:n]); err != nil {
			return
		}
	}
}

// passes waits while the link is silent, and returns false where it is broken.
func (l *link) passes() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	for l.state == silent {
		l.moved.Wait()
	}
	return l.state == whole
}

func (l *link) become(s linkState) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.state = s
	l.moved.Broadcast()
	if s == broken {
		for c := range l.conns {
			c.Close()
		}
	}
}
