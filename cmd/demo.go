package cmd

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
)

func newDemo(e *env) *cobra.Command {
	return &cobra.Command{
		Use:   "demo",
		Short: "See the whole life of a token, in a minute",
		Long: `See the whole life of a token.

Every command shown is really run, on a store in a temporary
directory that is removed in the end. Yours is not touched.`,
		Example: "  jotkit demo",
		Args:    atMost(0),
		RunE:    func(c *cobra.Command, _ []string) error { return e.demo(c.Context()) },
	}
}

// A demo runs command lines in this process and keeps what the later ones need.
type demo struct {
	e         *env
	dir       string
	variables map[string]string
	steps     []stepJSON
}

// stepJSON is one command of the demo for scripts.
type stepJSON struct {
	Command string `json:"command"`
	Exit    int    `json:"exit"`
	Stdout  string `json:"stdout"`
	Stderr  string `json:"stderr"`
}

func (e *env) demo(ctx context.Context) (err error) {
	dir, err := os.MkdirTemp("", "jotkit-demo-*")
	if err != nil {
		return err
	}
	defer func() {
		if removing := os.RemoveAll(dir); err == nil {
			err = removing
		}
	}()
	d := &demo{e: e, dir: dir, variables: map[string]string{"PASSWORD": rand.Text()}}
	for _, step := range demoSteps {
		if err := d.run(ctx, step); err != nil {
			return err
		}
	}
	if e.json {
		return e.printJSON(d.steps)
	}
	return e.print("# That was all; the store of this demo is gone again.\n")
}

// A demoStep is a command line as a person would type it.
type demoStep struct {
	say   string
	args  string // words, with $NAME for what came out before
	stdin string
	keep  string // the variable that gets the answer
	exit  int
}

var demoSteps = []demoStep{
	{say: "Somebody is added. The store is made on the way.", args: "register ada --password-stdin", stdin: "$PASSWORD"},
	{say: "She logs in.", args: "login ada --password-stdin", stdin: "$PASSWORD", keep: "T"},
	{say: "What the token says, for anyone to read:", args: "decode $T"},
	{say: "Whether it is true:", args: "verify $T"},
	{say: "It is taken back,", args: "revoke $T --reason lost"},
	{say: "and is refused from now on: the exit status says why.", args: "verify -q $T", exit: 15},
	{say: "Another login, before the keys are rotated.", args: "login ada --password-stdin", stdin: "$PASSWORD", keep: "U"},
	{say: "The next key signs now, and the one after it is published.", args: "rotate"},
	{say: "The old key still verifies,", args: "keys list"},
	{say: "so the token from before is good.", args: "verify -q --field sub $U"},
}

// run runs one step and shows it. A step that ends otherwise than it should ends the demo.
func (d *demo) run(ctx context.Context, s demoStep) error {
	var out, errs bytes.Buffer
	inner := *d.e
	inner.in = strings.NewReader(os.Expand(s.stdin, d.variable))
	inner.out = bufio.NewWriter(&out)
	inner.errs = &errs
	inner.term = terminal{columns: d.e.term.columns}
	inner.getenv = d.getenv
	inner.global = global{}
	status := inner.run(ctx, strings.Fields(os.Expand(s.args, d.variable)))
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if s.keep != "" {
		d.variables[s.keep] = strings.TrimSpace(out.String())
	}
	if err := d.show(s, status, out.String(), errs.String()); err != nil {
		return err
	}
	if status != s.exit {
		return fmt.Errorf("the demo went wrong: %q ended with %d and not %d: %s", s.args, status, s.exit, errs.String())
	}
	return nil
}

func (d *demo) show(s demoStep, status int, out, errs string) error {
	typed := "jotkit " + strings.NewReplacer("$T", `"$T"`, "$U", `"$U"`).Replace(s.args)
	if s.stdin != "" {
		typed = "echo \"" + s.stdin + "\" | " + typed
	}
	if s.keep != "" {
		typed = s.keep + "=$(" + typed + ")"
	}
	if d.e.json {
		d.steps = append(d.steps, stepJSON{typed, status, out, errs})
		return nil
	}
	if s.keep != "" {
		out = ""
	}
	text := fmt.Sprintf("# %s\n$ %s\n%s%s", s.say, typed, out, errs)
	if status != exitOK {
		text += fmt.Sprintf("[exit %d]\n", status)
	}
	if err := d.e.print(text + "\n"); err != nil {
		return err
	}
	return d.e.out.Flush()
}

func (d *demo) variable(name string) string { return d.variables[name] }

// getenv hides the person's own environment: only the demo's directory is there.
func (d *demo) getenv(name string) string {
	switch name {
	case "XDG_DATA_HOME":
		return filepath.Join(d.dir, "data")
	case "XDG_CONFIG_HOME":
		return filepath.Join(d.dir, "config")
	}
	return ""
}
