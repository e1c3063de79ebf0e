package server

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"golang.org/x/net/netutil"

	"jotkit/cmd/authority"
)

// The bounds on what a connection may take: who is slower is dropped.
const (
	headerTimeout = 5 * time.Second
	readTimeout   = 15 * time.Second
	writeTimeout  = 30 * time.Second // a login may wait for its hash, and then for the store
	idleTimeout   = time.Minute
	longestHeader = 64 << 10
	stopTimeout   = 4 * time.Second
	lastTimeout   = time.Second // for what is to be written down after that
)

// The times at which the server looks after things by itself.
const (
	storeTick  = time.Second
	auditTick  = time.Minute
	rotateTick = time.Minute
)

// Run answers requests from a listener until ctx ends, and those under way to their end: five seconds later at most it
// returns nil.
func (s *Server) Run(ctx context.Context, l net.Listener) error {
	h := &http.Server{
		Handler:           s.Handler(),
		ReadHeaderTimeout: headerTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    longestHeader,
		ErrorLog:          slog.NewLogLogger(s.Log.Handler(), slog.LevelDebug), // strangers who speak no HTTP
	}
	jobs, stop := context.WithCancel(ctx)
	defer s.background(jobs).Wait()
	defer stop()
	done := make(chan error, 1)
	most := mostConnections()
	go func() { done <- s.answerAll(h, s.shared(netutil.LimitListener(l, most), most)) }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	s.Log.Info("stopping")
	if err := shutDown(ctx, h); errors.Is(err, context.DeadlineExceeded) {
		s.Log.Warn("cut off what took too long")
		h.Close()
	} else if err != nil {
		return err
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastTimeout)
	defer cancel()
	s.complain("audit", s.Live.NoteUnseen(last))
	return nil
}

func shutDown(ctx context.Context, h *http.Server) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTimeout)
	defer cancel()
	return h.Shutdown(ctx)
}

func (s *Server) answerAll(h *http.Server, l net.Listener) error {
	if s.TLS == nil {
		return h.Serve(l)
	}
	h.TLSConfig = s.TLS
	return h.ServeTLS(l, "", "")
}

// background does what no request asks for, until ctx ends.
func (s *Server) background(ctx context.Context) *sync.WaitGroup {
	var jobs sync.WaitGroup
	jobs.Go(func() {
		var before error
		every(ctx, storeTick, func() { before = s.look(ctx, before) })
	})
	jobs.Go(func() {
		every(ctx, auditTick, func() { s.complain("audit", s.Live.NoteUnseen(ctx)) })
	})
	if s.RotateEvery > 0 {
		jobs.Go(func() {
			s.rotate(ctx)
			every(ctx, rotateTick, func() { s.rotate(ctx) })
		})
	}
	return &jobs
}

// look looks at the store, and says when it cannot be read any more, or can again.
func (s *Server) look(ctx context.Context, before error) error {
	err := s.Live.Look(ctx)
	switch {
	case ctx.Err() != nil:
	case err != nil && before == nil:
		s.Log.Error("the store cannot be read", "cause", err.Error())
	case err == nil && before != nil:
		s.Log.Info("the store can be read again")
	}
	return err
}

// every does something again and again until ctx ends.
func every(ctx context.Context, tick time.Duration, do func()) {
	t := time.NewTicker(tick)
	defer t.Stop()
	for {
		select {
		case <-t.C:
			do()
		case <-ctx.Done():
			return
		}
	}
}

// rotate rotates the keys if the active one is old enough. Another process may do so at the same time: the age is looked
// at again in the transaction.
func (s *Server) rotate(ctx context.Context) {
	known, err := s.Live.Known(ctx)
	if err != nil || known.Ring.Age(s.Live.Now()) < s.RotateEvery {
		s.complain("rotate", err)
		return
	}
	changed, _, err := s.Live.Rotate(ctx, authority.RotateRequest{IfOlderThan: s.RotateEvery})
	if changed {
		s.Log.Info("rotated")
	}
	s.complain("rotate", err)
}

func (s *Server) complain(what string, err error) {
	if err != nil && !errors.Is(err, context.Canceled) {
		s.Log.Error(what, "cause", err.Error())
	}
}
