package cmd

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

// errUsage is part of every error that means the command line itself was wrong.
var errUsage = errors.New("usage")

// A usageError is errUsage in words of its own, with the way out.
type usageError struct{ text, way string }

func (e *usageError) Error() string        { return e.text }
func (e *usageError) Is(target error) bool { return target == errUsage }
func (e *usageError) hint() string         { return e.way }

// usagef says what is wrong with the command line; the way out is the hint.
func usagef(hint, format string, args ...any) error {
	return &usageError{fmt.Sprintf(format, args...), hint}
}

// usageOf makes an error of cobra's one of ours: where to read on is its hint.
func usageOf(c *cobra.Command, err error) error {
	if errors.Is(err, errUsage) {
		return err
	}
	text, _, _ := strings.Cut(err.Error(), "\n")
	return &usageError{plain(text), fmt.Sprintf("see %s --help", c.CommandPath())}
}

// plain says in words what cobra says of groups of flags: those that were given together, or the ones of which none was.
func plain(text string) string {
	flags := func(after string) (names []string, found bool) {
		_, rest, found := strings.Cut(text, after+"[")
		list, _, _ := strings.Cut(rest, "]")
		for _, name := range strings.Fields(list) {
			names = append(names, "--"+name)
		}
		return names, found
	}
	if names, found := flags("none of the others can be; "); found {
		return strings.Join(names, " and ") + " do not go together"
	}
	if names, found := flags("at least one of the flags in the group "); found {
		return "one of " + strings.Join(names, ", ") + " is missing"
	}
	return text
}

// superfluous is for an argument too many. It may be a token, which has no place in a log.
func superfluous(arg string) error {
	const most = 30
	if len(arg) > most {
		arg = arg[:most] + "…"
	}
	return fmt.Errorf("%q is one word too many", arg)
}

// A group is a command that is nothing without the next word.
func group(use, short string, children ...*cobra.Command) *cobra.Command {
	c := &cobra.Command{Use: use + " COMMAND", Short: short, Args: cobra.ArbitraryArgs, RunE: bare}
	c.AddCommand(children...)
	return c
}

// bare runs a command that is nothing without the next word: with none it shows its help, as one who types it wants to
// see the words there are; with an unknown one it is an error.
func bare(c *cobra.Command, args []string) error {
	if len(args) == 0 && !c.HasParent() {
		return c.Help()
	}
	var words []string
	for _, child := range c.Commands() {
		if child.IsAvailableCommand() {
			words = append(words, child.Name())
		}
	}
	if len(args) == 0 {
		return usagef("say one of "+strings.Join(words, ", "), "%q needs one more word", c.CommandPath())
	}
	hint := fmt.Sprintf("see %s --help", c.CommandPath())
	if near := c.SuggestionsFor(args[0]); len(near) > 0 {
		hint = "did you mean " + strings.Join(near, " or ") + "?"
	} else if c.HasParent() {
		hint = "say one of " + strings.Join(words, ", ")
	}
	return usagef(hint, "unknown command %q for %q", args[0], c.CommandPath())
}

// atMost are the arguments of a command that takes up to n.
func atMost(n int) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) > n {
			return superfluous(args[n])
		}
		return nil
	}
}

// exactly names the arguments that a command must have.
func exactly(names ...string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		switch {
		case len(args) < len(names):
			return fmt.Errorf("%s is missing", strings.Join(names[len(args):], " and "))
		case len(args) > len(names):
			return superfluous(args[len(names)])
		}
		return nil
	}
}
