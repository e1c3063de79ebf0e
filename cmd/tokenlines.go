package cmd

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"iter"
	"slices"

	"jotkit/token"
)

// A tokenLine is a line of the input that is not blank.
type tokenLine struct {
	number int // from 1
	raw    string
}

// tokenLines reads tokens, one a line. err is why it ended, where that was not the end of the input.
type tokenLines struct {
	in  *bufio.Reader
	err error
}

func (t *tokenLines) all() iter.Seq[tokenLine] {
	return func(yield func(tokenLine) bool) {
		for number := 1; ; number++ {
			line, err := t.next()
			if !blank(line) && !yield(tokenLine{number, tokenOfLine(line)}) {
				return
			}
			if err == io.EOF {
				return
			}
			if err != nil {
				t.err = err
				return
			}
		}
	}
}

// blank tells whether there is nothing on a line. One that only looks empty, such as "" or {"token":null}, stands for a
// token that somebody failed to write: without a verdict nobody would miss it.
func blank(line []byte) bool { return len(line) < maxTokenInput && len(bytes.TrimSpace(line)) == 0 }

// next reads a line. Of one that is longer than any token the rest is passed over: what is left is too long as well.
func (t *tokenLines) next() ([]byte, error) {
	line, err := t.in.ReadSlice('\n')
	if err != bufio.ErrBufferFull {
		return line, err
	}
	line = bytes.Clone(line)
	for err == bufio.ErrBufferFull {
		_, err = t.in.ReadSlice('\n')
	}
	return line, err
}

// tokenOfLine takes the token out of a line: bare, as a JSON string, or in a JSON object as mint --json and token
// endpoints write it. What is in JSON is taken as it is, line ends and all. Of a line that was cut off nothing is taken, or
// a good token before much white space would speak for what comes behind it.
func tokenOfLine(line []byte) string {
	if len(line) >= maxTokenInput {
		return string(line)
	}
	line = bytes.TrimSpace(line)
	var text string
	switch {
	case bytes.HasPrefix(line, []byte(`"`)) && json.Unmarshal(line, &text) == nil:
		return text
	case !bytes.HasPrefix(line, []byte("{")):
		return bareToken(string(line))
	}
	var found []string
	members, _ := token.ParseObject(line)
	for _, m := range members {
		if (m.Name == "token" || m.Name == "access_token") && json.Unmarshal(m.Value, &text) == nil {
			found = append(found, text)
		}
	}
	if found = slices.Compact(found); len(found) != 1 {
		return string(line) // no token, or two where nobody knows which one will be used; the verdict says so
	}
	return found[0]
}
