package scan

import (
	"bytes"
	"encoding/json"
	"io"

	"jotkit/token"
)

// A Found is a token and where it stands. Anyone may have written it.
type Found struct {
	Line   int    // from 1, counted by line feeds
	Column int    // in bytes, from 1
	Raw    string // the token as it stands there
	Header json.RawMessage
	// Encrypted tells that the token has five parts: its claims are for the holder of a key to read.
	Encrypted bool
	// Token is the token decoded. It is nil where the token is encrypted, and where Err says why it is none.
	Token *token.Unverified
	Err   error // of token.Decode
}

// window is how much text is held: a token may reach as far back from a dot as forward, and reading goes on in between.
const window = 4 * token.MaxLength

// A Scanner goes through a text from token to token.
type Scanner struct {
	in   io.Reader
	buf  []byte
	free int // before it no token can begin: the last one ended there
	at   int // the next dot is looked for from here
	// line and column are those of buf[counted].
	counted, line, column int
	err                   error // that reading ended with
}

// NewScanner starts at the beginning of a text.
func NewScanner(in io.Reader) *Scanner {
	return &Scanner{in: in, buf: make([]byte, 0, window), line: 1, column: 1}
}

// Next finds the next token. At the end of the text the error is io.EOF; any other is one of reading.
func (s *Scanner) Next() (*Found, error) {
	for {
		i := bytes.IndexByte(s.buf[s.at:], '.')
		if i < 0 {
			s.at = len(s.buf)
			if s.err != nil {
				return nil, s.err
			}
			s.fill()
			continue
		}
		s.at += i
		first := max(s.free, s.at-token.MaxLength)
		start, head, ok := headerBefore(s.buf[first:s.at])
		if !ok {
			s.at++
			continue
		}
		start += first
		rest, ended := measure(s.buf[s.at+1:], head.parts-1)
		if !ended && s.err == nil && len(s.buf)-start <= token.MaxLength {
			s.fill() // the token may go on
			continue
		}
		end := s.at + 1 + rest
		if rest == 0 || end-start > token.MaxLength {
			s.at++
			continue
		}
		return s.take(start, end, head), nil
	}
}

// take makes the token at buf[start:end] a Found, and goes on behind it.
func (s *Scanner) take(start, end int, head header) *Found {
	s.count(start)
	f := &Found{Line: s.line, Column: s.column, Raw: string(s.buf[start:end]), Header: head.json, Encrypted: head.parts == 5}
	if !f.Encrypted {
		f.Token, f.Err = token.Decode(f.Raw)
	}
	s.at, s.free = end, end
	return f
}

// count moves line and column up to buf[to].
func (s *Scanner) count(to int) {
	passed := s.buf[s.counted:to]
	if last := bytes.LastIndexByte(passed, '\n'); last >= 0 {
		s.line += bytes.Count(passed, []byte("\n"))
		s.column = 1
		passed = passed[last+1:]
	}
	s.column += len(passed)
	s.counted = to
}

// fill reads on, once. Where room is short, what no token can reach back to any more goes.
func (s *Scanner) fill() {
	if window-len(s.buf) < token.MaxLength {
		gone := max(s.free, s.at-token.MaxLength)
		s.count(gone)
		s.buf = s.buf[:copy(s.buf, s.buf[gone:])]
		s.at, s.free, s.counted = s.at-gone, 0, 0
	}
	n, err := s.in.Read(s.buf[len(s.buf):window])
	s.buf, s.err = s.buf[:len(s.buf)+n], err
}
