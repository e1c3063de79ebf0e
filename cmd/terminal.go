package cmd

import (
	"context"
	"os"

	"golang.org/x/term"
)

// A terminal says which of the standard streams a person sits at.
type terminal struct {
	in, out, errs bool
	columns       int // of stderr, 0 where that is no terminal
	// hidden asks and reads a line without echo.
	hidden func(ctx context.Context, ask func()) ([]byte, error)
}

func processTerminal() terminal {
	is := func(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }
	t := terminal{in: is(os.Stdin), out: is(os.Stdout), errs: is(os.Stderr), hidden: hiddenLine}
	if t.errs {
		t.columns, _, _ = term.GetSize(int(os.Stderr.Fd()))
	}
	return t
}

// hiddenLine reads a password from stdin. Echo is off before the question shows, for some answer at once. The terminal is
// given back as it was, also where the person leaves with Ctrl-C: the read goes on then in a goroutine that nobody waits
// for, and would leave the shell without echo.
func hiddenLine(ctx context.Context, ask func()) ([]byte, error) {
	ctx.Done() // signals are caught before echo is off: see untilEnded
	fd := int(os.Stdin.Fd())
	was, err := term.GetState(fd)
	if err != nil {
		return nil, err
	}
	defer func() { _ = term.Restore(fd, was) }()
	if err := silence(fd); err != nil {
		return nil, err
	}
	ask()
	return interruptible(ctx, func() ([]byte, error) { return readHidden(fd) })
}

// colour tells whether messages may be coloured. It is decided for stderr alone; answers never are. The terminal itself
// is not asked: some do not reply.
func (e *env) colour() bool {
	return e.term.errs && !e.noColor && e.getenv("NO_COLOR") == "" && e.getenv("TERM") != "dumb"
}

// interactive tells whether there is a person to be asked.
func (e *env) interactive() bool { return e.term.in && e.term.errs && !e.noInput }
