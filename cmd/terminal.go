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
	// hidden reads a line without echo.
	hidden func(context.Context) ([]byte, error)
}

func processTerminal() terminal {
	is := func(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }
	t := terminal{in: is(os.Stdin), out: is(os.Stdout), errs: is(os.Stderr), hidden: hiddenLine}
	if t.errs {
		t.columns, _, _ = term.GetSize(int(os.Stderr.Fd()))
	}
	return t
}

// hiddenLine reads a password from stdin. Where the person leaves with Ctrl-C the terminal is given back as it was: the
// read goes on in a goroutine that nobody waits for, and would leave the shell without echo.
func hiddenLine(ctx context.Context) ([]byte, error) {
	fd := int(os.Stdin.Fd())
	was, err := term.GetState(fd)
	if err != nil {
		return nil, err
	}
	line, err := interruptible(ctx, func() ([]byte, error) { return term.ReadPassword(fd) })
	if ctx.Err() != nil {
		_ = term.Restore(fd, was)
	}
	return line, err
}

// colour tells whether messages may be coloured. It is decided for stderr alone; answers never are. The terminal itself
// is not asked: some do not reply.
func (e *env) colour() bool {
	return e.term.errs && !e.noColor && e.getenv("NO_COLOR") == "" && e.getenv("TERM") != "dumb"
}

// interactive tells whether there is a person to be asked.
func (e *env) interactive() bool { return e.term.in && e.term.errs && !e.noInput }
