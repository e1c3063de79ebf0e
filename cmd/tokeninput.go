package cmd

import (
	"cmp"
	"context"
	"io"
	"os"
	"strings"

	"github.com/spf13/pflag"
)

// maxTokenInput is how much is read in search of a token: four times the longest one, for the white space around it.
const maxTokenInput = 64 << 10

// A tokenInput is where a token comes from.
type tokenInput struct {
	file string
	most int // bytes that are read, where that is more than maxTokenInput
}

func (t *tokenInput) bind(f *pflag.FlagSet) {
	f.Var(nonEmpty{&t.file}, "token-file", "read the token from the file `F`")
}

// token finds the token: the argument, or - for stdin, or --token-file, or JOTKIT_TOKEN, or what is piped in. It says
// nothing about whether it is one.
func (e *env) token(ctx context.Context, args []string, from tokenInput) (string, error) {
	raw, err := e.rawToken(ctx, args, from)
	if err != nil {
		return "", err
	}
	bare := bareToken(raw)
	e.mistaken = mistaken(bare, len(args) > 0)
	switch {
	case several(bare):
		return "", usagef("give one token at a time; jotkit verify --each takes one a line", "there is more than one token")
	case len(raw) > from.limit():
		return raw, nil // too long as it is: nobody knows what comes behind it, so no token is made of its beginning
	}
	return bare, nil
}

func (t *tokenInput) limit() int { return max(t.most, maxTokenInput) }

func (e *env) rawToken(ctx context.Context, args []string, from tokenInput) (string, error) {
	limit := from.limit()
	switch {
	case len(args) > 0 && from.file != "":
		return "", usagef("leave out one of them", "a token as argument and --token-file")
	case len(args) > 0 && args[0] != "-":
		return args[0], nil
	case from.file != "":
		data, _, err := e.readFile(ctx, from.file, limit)
		return string(data), err
	case len(args) > 0:
		data, err := e.stdin(ctx, limit)
		return string(data), err
	}
	if fromEnv := e.getenv("JOTKIT_TOKEN"); fromEnv != "" {
		return fromEnv, nil
	}
	if e.term.in || e.inTaken {
		return "", usagef("give it as an argument, with --token-file, in JOTKIT_TOKEN, or pipe it in", "the token is missing")
	}
	data, err := e.stdin(ctx, limit)
	return string(data), err
}

// stream opens where many tokens come from, for a flag that reads them: stdin, or the file of --token-file.
func (e *env) stream(ctx context.Context, flag string, args []string, from tokenInput) (io.ReadCloser, error) {
	switch {
	case len(args) > 0 && args[0] != "-":
		return nil, usagef("pipe it in, or name a file with --token-file", "%s reads a stream, and not an argument", flag)
	case len(args) > 0 && from.file != "":
		return nil, usagef("leave out one of them", "stdin and --token-file")
	}
	return e.open(ctx, cmp.Or(from.file, "-"))
}

// mistaken is the way out for something that may be given in the place of a token, or "". It counts where that is no token.
func mistaken(s string, argument bool) string {
	switch {
	case strings.HasPrefix(s, "{"):
		return "that is JSON: take the token out of it, as jq -r .access_token does"
	case strings.HasPrefix(s, "\xff\xfe") || strings.HasPrefix(s, "\xfe\xff"):
		return "that is UTF-16, as some shells of Windows write: save it as UTF-8"
	case strings.HasPrefix(s, "$"):
		return "that is the name of a variable in whose place nothing was put"
	case argument:
		if _, err := os.Stat(s); err == nil {
			return "there is a file of that name: give it with --token-file"
		}
	}
	return ""
}

// bareToken takes off what people copy along with a token: white space, quotes, the word Bearer, a byte order mark.
func bareToken(s string) string {
	s = strings.TrimPrefix(s, "\ufeff")
	for {
		was := s
		s = strings.TrimSpace(s)
		for _, quote := range []string{`"`, `'`} {
			if len(s) > 1 && strings.HasPrefix(s, quote) && strings.HasSuffix(s, quote) {
				s = s[1 : len(s)-1]
			}
		}
		if scheme := "bearer "; len(s) >= len(scheme) && strings.EqualFold(s[:len(scheme)], scheme) {
			s = s[len(scheme):]
		}
		if s == was {
			return s
		}
	}
}

// several tells whether s holds more than one token. One that was broken over lines still has but two dots.
func several(s string) bool {
	whole := 0
	for _, word := range strings.Fields(s) {
		if dots := strings.Count(bareToken(word), "."); dots == 2 || dots == 4 {
			whole++
		}
	}
	return whole > 1
}
