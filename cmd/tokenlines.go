package cmd

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"iter"
	"slices"
	"strings"
	"sync"

	"jotkit/token"
)

// tokenLines reads tokens, one a line. err is why it ended, where that was not the end of the input.
type tokenLines struct {
	in    *bufio.Reader
	err   error
	spent sync.Pool // of *batch
}

const (
	// batchSize is how many bytes of lines are handed on together: some hundred tokens, so that handing them on costs little.
	batchSize = 64 << 10
	// lineBuffer is how much is read at once, for several batches, and the most that is kept of a line.
	lineBuffer = 4 * batchSize
)

// all reads the input in batches: a line, which it waits for, and what is there behind it.
func (t *tokenLines) all() iter.Seq[*batch] {
	return func(yield func(*batch) bool) {
		for number := 1; ; {
			lines, err := t.some()
			if len(lines) > 0 && !yield(t.batch(number, string(lines))) {
				return
			}
			number += bytes.Count(lines, []byte{'\n'})
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

// batch is one of these lines, in the memory of one that is done.
func (t *tokenLines) batch(first int, lines string) *batch {
	var text []byte
	if old, ok := t.spent.Get().(*batch); ok {
		text = old.text[:0]
	}
	return &batch{first: first, lines: lines, text: text}
}

// done takes back a batch that nobody looks at any more.
func (t *tokenLines) done(b *batch) { t.spent.Put(b) }

// some waits for a line, and reads it and what came with it: lines that are whole, up to batchSize; or one that came in
// pieces. The next read overwrites them.
func (t *tokenLines) some() ([]byte, error) {
	if _, err := t.in.Peek(1); err != nil {
		return nil, err
	}
	there, _ := t.in.Peek(min(t.in.Buffered(), batchSize))
	end := bytes.LastIndexByte(there, '\n') + 1
	if end == 0 {
		return t.next()
	}
	_, err := t.in.Discard(end)
	return there[:end], err
}

// next reads a line, with its end. Of one that is longer than any token the rest is passed over: what is left is too long
// as well, and no token is taken out of it.
func (t *tokenLines) next() ([]byte, error) {
	line, err := t.in.ReadSlice('\n')
	if err != bufio.ErrBufferFull {
		return line, err
	}
	line = bytes.Clone(line)
	for err == bufio.ErrBufferFull {
		_, err = t.in.ReadSlice('\n')
	}
	return append(line, '\n'), err
}

// tokenOfLine takes the token out of a line: bare, as a JSON string, or in a JSON object as mint --json and token
// endpoints write it. What is in JSON is taken as it is, line ends and all. A blank line has none, any other has one: ""
// and what is no token get their verdict too.
func tokenOfLine(line string) (raw string, ok bool) {
	if len(line) >= maxTokenInput { // too long for one, wherever in it that lies
		return line, true
	}
	line = strings.TrimSpace(line)
	if line == "" {
		return "", false
	}
	switch line[0] {
	case '"':
		if text, ok := stringOf([]byte(line)); ok {
			return text, true
		}
	case '{':
		return tokenOfObject(line), true
	}
	return bareToken(line), true
}

// tokenOfObject takes the token out of a JSON object. Some token endpoints write it under both names; where those differ
// there is no telling which one would be used, so the verdict is on the whole line, which is no token.
func tokenOfObject(line string) string {
	var found []string
	members, _ := token.ParseObject([]byte(line))
	for _, m := range members {
		if m.Name != "token" && m.Name != "access_token" {
			continue
		}
		if text, ok := stringOf(m.Value); ok {
			found = append(found, text)
		}
	}
	if found = slices.Compact(found); len(found) == 1 {
		return found[0]
	}
	return line
}

// stringOf reads a JSON string, which null is not.
func stringOf(value []byte) (string, bool) {
	var text *string
	if json.Unmarshal(value, &text) != nil || text == nil {
		return "", false
	}
	return *text, true
}
