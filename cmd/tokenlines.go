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
			if raw, ok := tokenOfLine(line); ok && !yield(tokenLine{number, raw}) {
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

// next reads a line. Of one that is longer than any token the rest is passed over: what is left is too long as well, and
// no token is taken out of it.
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
// endpoints write it. What is in JSON is taken as it is, line ends and all. A blank line has none, any other has one: ""
// and what is no token get their verdict too.
func tokenOfLine(line []byte) (raw string, ok bool) {
	if len(line) >= maxTokenInput { // nobody knows what came behind its beginning
		return string(line), true
	}
	line = bytes.TrimSpace(line)
	var text string
	switch {
	case len(line) == 0:
		return "", false
	case line[0] == '"' && json.Unmarshal(line, &text) == nil:
		return text, true
	case line[0] == '{':
		return tokenOfObject(line), true
	}
	return bareToken(string(line)), true
}

// tokenOfObject takes the token out of a JSON object. Some token endpoints write it under both names; where those differ
// there is no telling which one would be used, so the verdict is on the whole line, which is no token.
func tokenOfObject(line []byte) string {
	var found []string
	members, _ := token.ParseObject(line)
	for _, m := range members {
		var text *string
		if (m.Name == "token" || m.Name == "access_token") && json.Unmarshal(m.Value, &text) == nil && text != nil {
			found = append(found, *text)
		}
	}
	if found = slices.Compact(found); len(found) == 1 {
		return found[0]
	}
	return string(line)
}
