package cmd

import (
	"context"
	"errors"
	"io/fs"
	"os"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// A refreshInput is where a refresh token comes from. No argument and no variable holds one: it is good for weeks, and
// others could read it there.
type refreshInput struct{ file string }

func (r *refreshInput) bind(f *pflag.FlagSet, usage string) {
	f.Var(fileValue{&r.file}, "refresh-file", usage)
}

// fileValue is a flag that names a file to be written to, which stdin is not.
type fileValue struct{ to *string }

func (v fileValue) String() string { return "" }
func (v fileValue) Type() string   { return "F" }

func (v fileValue) Set(s string) error {
	if s == "-" {
		return errors.New("it has to be a file")
	}
	return nonEmpty(v).Set(s)
}

// dashAlone takes - for stdin and no other argument. It does not repeat what is there: it may be a refresh token.
func dashAlone(_ *cobra.Command, args []string) error {
	if len(args) == 0 || len(args) == 1 && args[0] == "-" {
		return nil
	}
	return usagef("pipe it in and say -, or name its file with --refresh-file",
		"a refresh token is not taken as an argument, where others could read it")
}

// check tells whether there is a place to read a refresh token from, before anything is read.
func (r refreshInput) check(e *env, args []string) error {
	if len(args) == 0 && r.file == "" && e.term.in {
		return usagef("name its file with --refresh-file, or pipe it in", "the refresh token is missing")
	}
	return nil
}

// fromFile tells whether the refresh token comes from its file; else it comes from stdin.
func (r refreshInput) fromFile(args []string) bool { return len(args) == 0 && r.file != "" }

// refreshToken reads the refresh token. It says nothing about whether it is one.
func (e *env) refreshToken(ctx context.Context, args []string, from refreshInput) (string, error) {
	name := "-"
	if from.fromFile(args) {
		name = from.file
	}
	data, info, err := e.readFile(ctx, name, maxTokenInput)
	if err != nil {
		return "", err
	}
	return bareToken(string(data)), checkPrivate(name, info)
}

// ready tells whether the file can be written. It is asked before a refresh token is used up: the next one would be lost,
// and to present the old one once more would look like theft.
func (r refreshInput) ready() error {
	if r.file == "" {
		return nil
	}
	temporary, err := stage(r.file, bytesOf(nil))
	if err != nil {
		return err
	}
	return os.Remove(temporary)
}

// keep writes a refresh token to its file.
func (r refreshInput) keep(token string) error { return replaceFile(r.file, []byte(token+"\n")) }

// alone waits for others that refresh from the same file: of many at once, each finds the token that the one before it
// left. Where the token comes from stdin there is nobody to wait for.
func (r refreshInput) alone(ctx context.Context, args []string) (release func(), err error) {
	if !r.fromFile(args) {
		return func() {}, nil
	}
	return alone(ctx, r.file)
}

// holds tells whether the file still has the token that was read from it. A login may have put another there meanwhile, and
// that one stays.
func (e *env) holds(ctx context.Context, from refreshInput, token string) (bool, error) {
	now, err := e.refreshToken(ctx, nil, from)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return now == token, err
}
