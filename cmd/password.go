package cmd

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

// maxPasswordInput is how much is read of a password; what is longer than passwords may be is refused further in.
const maxPasswordInput = 8 << 10

// A passwordInput is where a password comes from. No flag takes one as its value: it would be seen by everyone who lists
// processes, and kept by the shell.
type passwordInput struct {
	stdin bool
	file  string
}

func (p *passwordInput) bind(c *cobra.Command) {
	c.Flags().BoolVar(&p.stdin, "password-stdin", false, "read the password from stdin")
	c.Flags().Var(nonEmpty{&p.file}, "password-file", "read the password from the file `F`")
	c.MarkFlagsMutuallyExclusive("password-stdin", "password-file")
}

// password gets the password, from a person without echo where no other place is named. A new one is asked for twice.
func (e *env) password(ctx context.Context, from passwordInput, isNew bool) (string, error) {
	switch {
	case from.stdin:
		data, err := e.stdin(ctx, maxPasswordInput)
		return oneLineEnd(data), err
	case from.file != "":
		data, info, err := e.readFile(ctx, from.file, maxPasswordInput)
		if err != nil {
			return "", err
		}
		return oneLineEnd(data), checkPrivate(from.file, info)
	case !e.interactive():
		return "", usagef("give it with --password-stdin or --password-file", "the password is missing, and nobody can be asked")
	}
	first, err := e.ask(ctx, "Password: ")
	if err != nil || !isNew {
		return first, err
	}
	again, err := e.ask(ctx, "Once more: ")
	if err == nil && first != again {
		err = usagef("try again", "the two passwords differ")
	}
	return first, err
}

func (e *env) ask(ctx context.Context, prompt string) (string, error) {
	line, err := e.term.hidden(ctx, func() { fmt.Fprint(e.errs, prompt) })
	fmt.Fprintln(e.errs)
	return string(line), err
}

// oneLineEnd takes off the line end that echo and editors put at the end, and no more: a password may end in one.
func oneLineEnd(data []byte) string {
	s := string(data)
	if bare, ok := strings.CutSuffix(s, "\n"); ok {
		return strings.TrimSuffix(bare, "\r")
	}
	return s
}
