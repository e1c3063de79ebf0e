package cmd

import (
	"fmt"
	"io"
	"time"
)

// untilShown is how long a person is left without a word of how it goes.
const untilShown = 500 * time.Millisecond

// betweenSights is how long a count stands before the next one takes its place.
const betweenSights = untilShown / 5

// A progress shows on a terminal how far a long command has come: one line, written over and over. Where nobody looks it
// shows nothing.
type progress struct {
	to    io.Writer
	what  string
	total int
	tick  *time.Ticker // nil where nothing is to be shown
	shown bool
	done  int
}

// progress begins to count up to a total, -1 for one that is not known. It keeps out of the way of an answer that goes to
// the same terminal.
func (e *env) progress(what string, total int) *progress {
	if !e.term.errs || e.term.out || e.quiet {
		return &progress{}
	}
	return &progress{to: e.errs, what: what, total: total, tick: time.NewTicker(untilShown)}
}

// step counts n more.
func (p *progress) step(n int) {
	p.done += n
	if p.tick == nil {
		return
	}
	select {
	case <-p.tick.C:
		p.show()
	default:
	}
}

func (p *progress) show() {
	if !p.shown {
		p.shown = true
		p.tick.Reset(betweenSights)
	}
	of := ""
	if p.total > 0 {
		of = fmt.Sprintf("/%d", p.total)
	}
	fmt.Fprintf(p.to, "\r%s %d%s", p.what, p.done, of) // no line gets shorter, so nothing of the one before is left
}

// end takes the line away.
func (p *progress) end() {
	if p.tick == nil {
		return
	}
	p.tick.Stop()
	if p.shown {
		fmt.Fprint(p.to, "\r\x1b[K")
	}
}
