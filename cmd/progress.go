package cmd

import (
	"time"

	"github.com/schollz/progressbar/v3"
)

// untilShown is how long a person is left without a word of how it goes.
const untilShown = 500 * time.Millisecond

// A progress shows on a terminal how far a long command has come. Where nobody looks it shows nothing.
type progress struct {
	bar    *progressbar.ProgressBar
	appear <-chan time.Time
	make   func() *progressbar.ProgressBar
	done   int
}

// progress begins to count up to a total, -1 for one that is not known. It keeps out of the way of an answer that goes to
// the same terminal.
func (e *env) progress(what string, total int) *progress {
	if !e.term.errs || e.term.out || e.quiet {
		return &progress{}
	}
	return &progress{appear: time.After(untilShown), make: func() *progressbar.ProgressBar {
		return progressbar.NewOptions(total,
			progressbar.OptionSetWriter(e.errs),
			progressbar.OptionSetDescription(what),
			progressbar.OptionShowCount(),
			progressbar.OptionSetWidth(20),
			progressbar.OptionThrottle(untilShown/5),
			progressbar.OptionSetPredictTime(false),
			progressbar.OptionSetElapsedTime(false),
			progressbar.OptionClearOnFinish(),
		)
	}}
}

// step counts n more.
func (p *progress) step(n int) {
	p.done += n
	select {
	case <-p.appear: // never, where it is nil
		p.bar = p.make()
		_ = p.bar.Set(p.done)
	default:
		if p.bar != nil {
			_ = p.bar.Add(n)
		}
	}
}

// end takes the line away.
func (p *progress) end() {
	if p.bar != nil {
		_ = p.bar.Finish()
	}
}
