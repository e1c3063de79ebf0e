package cmd

import (
	"bufio"
	"context"
	"fmt"
	"strings"
)

// confirm asks before what cannot be undone. Where nobody can be asked, --yes has to be given.
func (e *env) confirm(ctx context.Context, what string) error {
	if e.yes {
		return nil
	}
	if !e.interactive() || e.inTaken {
		return usagef("add --yes, or see first with --dry-run where there is one", "%s needs a yes", what)
	}
	fmt.Fprintf(e.errs, "%s? [y/N] ", safeText(what))
	line, err := interruptible(ctx, func() (string, error) { return bufio.NewReader(e.in).ReadString('\n') })
	if ctx.Err() != nil {
		return err
	}
	switch strings.ToLower(strings.TrimSpace(line)) { // the end of input is a no
	case "y", "yes":
		return nil
	}
	return errDeclined
}
