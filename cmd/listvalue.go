package cmd

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"jotkit/token"
)

// listValue is a flag that may be given several times, each time with one value that is taken as it is. An empty one is
// refused: it would mean "anything" to whoever wrote it, or to us, and not both.
type listValue struct{ to *[]string }

func (v listValue) String() string { return "" }
func (v listValue) Type() string   { return "A" }

func (v listValue) Set(s string) error {
	if s == "" {
		return errors.New("it is empty")
	}
	*v.to = append(*v.to, s)
	return nil
}

// nonEmpty is a flag that takes a text that is not empty.
type nonEmpty struct{ to *string }

func (v nonEmpty) String() string { return "" }
func (v nonEmpty) Type() string   { return "S" }

func (v nonEmpty) Set(s string) error {
	if s == "" {
		return errors.New("it is empty")
	}
	*v.to = s
	return nil
}

// oneOf is a flag that takes one of a few words.
type oneOf struct {
	to    *string
	words []string
}

func (v oneOf) String() string {
	if v.to == nil {
		return ""
	}
	return *v.to
}

func (v oneOf) Type() string { return "WORD" }

func (v oneOf) Set(s string) error {
	if !slices.Contains(v.words, s) {
		return fmt.Errorf("not one of %s", strings.Join(v.words, ", "))
	}
	*v.to = s
	return nil
}

func bindAlgorithm(f *pflag.FlagSet, to *string, usage string) {
	f.Var(oneOf{to, token.Algorithms()}, "alg", usage)
}
