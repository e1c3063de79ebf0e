package cmd

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"jotkit/token/lint"
)

// errFindings comes back from lint when it found something.
var errFindings = errors.New("lint")

// lintOptions are what lint was told beside the token.
type lintOptions struct {
	from   tokenInput
	key    keyInput
	ignore []string
}

func newLint(e *env) *cobra.Command {
	var o lintOptions
	c := &cobra.Command{
		Use:   "lint [TOKEN]",
		Short: "Find what should not be in a token or a key",
		Long: `Find what should not be in a token or a key.

A token is not verified: verify tells whether it is genuine, and
lint whether it is a good idea. With --key or --secret-file a key
is looked at instead. It ends with 0 where nothing is found, with
7 where something is, and never repeats what it found. --json
writes the findings as a list.

Rules:
` + rulesText(),
		Example: `  jotkit lint "$T"
  jotkit lint --key jwks.json
  jotkit lint --secret-file hmac.txt
  jotkit lint --ignore missing_claim --ignore mail_address "$T"`,
		Args: atMost(1),
		RunE: func(c *cobra.Command, args []string) error {
			found, err := e.lint(c.Context(), args, o)
			if err != nil {
				return err
			}
			return e.showFindings(slices.DeleteFunc(found, func(f lint.Finding) bool { return slices.Contains(o.ignore, f.Rule) }))
		},
	}
	o.from.bind(c.Flags())
	o.key.bind(c)
	c.Flags().Var(listValue{&o.ignore}, "ignore", "leave out the rule `R`")
	c.MarkFlagsMutuallyExclusive("token-file", "key")
	c.MarkFlagsMutuallyExclusive("token-file", "secret-file")
	return c
}

func rulesText() string {
	var rows [][]string
	for _, r := range lint.Rules() {
		rows = append(rows, []string{"  " + r.Name, r.About})
	}
	return strings.TrimRight(table(rows), "\n")
}

// check refuses what would do nothing.
func (o *lintOptions) check() error {
	for _, name := range o.ignore {
		if !slices.ContainsFunc(lint.Rules(), func(r lint.Rule) bool { return r.Name == name }) {
			return usagef("jotkit lint --help lists the rules", "no rule is called %q", name)
		}
	}
	return o.key.check()
}

func (e *env) lint(ctx context.Context, args []string, o lintOptions) ([]lint.Finding, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	if o.key.given() {
		if len(args) > 0 {
			return nil, usagef("leave out one of them", "a token as argument and a key")
		}
		return e.lintKey(ctx, o.key)
	}
	raw, err := e.token(ctx, args, o.from)
	if err != nil {
		return nil, err
	}
	found, err := lint.Token(raw)
	if err == nil {
		e.note("NOT VERIFIED: jotkit verify tells whether it is genuine")
	}
	return found, err
}

// showFindings writes what was found: as JSON to stdout, or to stderr, as verify does with its report.
func (e *env) showFindings(found []lint.Finding) error {
	if e.json {
		if found == nil {
			found = []lint.Finding{}
		}
		if err := e.printReport(found); err != nil {
			return err
		}
	}
	if len(found) == 0 {
		e.note("nothing found")
		return nil
	}
	if !e.json && !e.quiet {
		e.showRows(found)
	}
	if len(found) == 1 {
		return fmt.Errorf("%w: 1 finding", errFindings)
	}
	return fmt.Errorf("%w: %d findings", errFindings, len(found))
}

// showRows writes the findings to stderr, fitted to the terminal: rule and place, and below them what it is about.
func (e *env) showRows(found []lint.Finding) {
	const indent = "    "
	for _, f := range found {
		fmt.Fprintf(e.errs, "%s  %s\n", f.Rule, safeText(f.Where))
		for _, line := range fold(safeText(f.Message), max(e.term.columns-len(indent), 0)) {
			fmt.Fprintf(e.errs, "%s%s\n", indent, line)
		}
	}
}
