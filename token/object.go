package token

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// maxDepth is how deeply the JSON of a token may be nested.
const maxDepth = 32

// A Member is one name of a JSON object with its value, byte for byte as it was written.
type Member struct {
	Name  string
	Value json.RawMessage
}

// Members are what one JSON object holds, in the order in which it stands there.
type Members []Member

// Value returns the value of a name, and whether there is one.
func (m Members) Value(name string) (json.RawMessage, bool) {
	for _, one := range m {
		if one.Name == name {
			return one.Value, true
		}
	}
	return nil, false
}

// Text returns the string of a name, or "" where there is none or something else.
func (m Members) Text(name string) string {
	value, _ := m.Value(name)
	s, _ := text(string(value))
	return s
}

// ParseObject reads one JSON object, strictly: valid UTF-8, no name twice at any level, nothing after it, nested at most
// 32 deep. Members come in the order in which they stand; their values are bytes of data, so numbers stay exact.
func ParseObject(data []byte) (Members, error) {
	var o objectReader
	var members Members
	for o.open(data); o.next(); {
		name, _ := text(string(data[o.name.from:o.name.to]))
		members = append(members, Member{name, bytes.Clone(data[o.value.from:o.value.to])})
	}
	if o.err != nil {
		return nil, o.err
	}
	return members, nil
}

// A span is where something stands in a text.
type span struct{ from, to int }

func (s span) of(text string) string { return text[s.from:s.to] }

// An objectReader reads a JSON object member by member, by the rules of [ParseObject]. It may be used for one after the
// other. What it has found counts only once next has returned false and err is nil: until then it may be no JSON at all.
type objectReader struct {
	in          bytes.Buffer
	dec         *jsontext.Decoder // RFC 7493 by default: no duplicate names, no invalid UTF-8
	name, value span              // of the member at hand, in data as it was opened; the name has its quotes
	err         error
}

// open begins to read data.
func (o *objectReader) open(data []byte) {
	if o.err = nestedTooDeeply(data); o.err != nil {
		return
	}
	o.in.Reset()
	o.in.Write(data)
	if o.dec == nil {
		o.dec = jsontext.NewDecoder(&o.in)
	} else {
		o.dec.Reset(&o.in)
	}
	if t, err := o.dec.ReadToken(); err != nil {
		o.err = notObject(err)
	} else if t.Kind() != '{' {
		o.err = errors.New("JSON that is no object")
	}
}

// next goes on to the next member, and tells whether there is one.
func (o *objectReader) next() bool {
	if o.err != nil {
		return false
	}
	if o.dec.PeekKind() == '}' {
		o.err = o.close()
		return false
	}
	var err error
	if o.name, err = o.read(); err == nil {
		o.value, err = o.read()
	}
	if err != nil {
		o.err = notObject(err)
	}
	return o.err == nil
}

// read reads a name or a value.
func (o *objectReader) read() (span, error) {
	v, err := o.dec.ReadValue()
	end := int(o.dec.InputOffset())
	return span{end - len(v), end}, err
}

// close wants the end of the object, and nothing behind it.
func (o *objectReader) close() error {
	if _, err := o.dec.ReadToken(); err != nil {
		return notObject(err)
	}
	if _, err := o.dec.ReadToken(); err != io.EOF {
		return errors.New("something after the JSON object")
	}
	return nil
}

// notObject says what is wrong with the JSON, in words that hold none of it: it may be anything.
func notObject(err error) error {
	var syntax *jsontext.SyntacticError
	switch {
	case errors.Is(err, jsontext.ErrDuplicateName):
		return errors.New("a member name that stands twice")
	case errors.As(err, &syntax):
		return fmt.Errorf("no valid JSON object (at byte %d)", syntax.ByteOffset)
	}
	return errors.New("no valid JSON object")
}

// nestedTooDeeply looks before anything is parsed, as a parser takes stack for each level.
func nestedTooDeeply(data []byte) error {
	opening := bytes.Count(data, []byte("{")) + bytes.Count(data, []byte("["))
	if opening > maxDepth && depth(data) > maxDepth {
		return fmt.Errorf("JSON nested deeper than %d", maxDepth)
	}
	return nil
}

// depth is how deeply the arrays and objects of data are nested, if data is JSON; for other bytes it is some number.
func depth(data []byte) int {
	deepest, now, quoted := 0, 0, false
	for i := 0; i < len(data); i++ {
		switch c := data[i]; {
		case quoted && c == '\\':
			i++ // whatever is escaped ends no string
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			now++
			deepest = max(deepest, now)
		case c == '}' || c == ']':
			now--
		}
	}
	return deepest
}

// text reads a JSON string, and says whether it is one. Where nothing in it is escaped it is part of value.
func text(value string) (string, bool) {
	if len(value) < 2 || value[0] != '"' {
		return "", false
	}
	if plain := value[1 : len(value)-1]; strings.IndexByte(plain, '\\') < 0 && value[len(value)-1] == '"' {
		return plain, true
	}
	b, err := jsontext.AppendUnquote(nil, value)
	return string(b), err == nil
}

// appendTexts reads a JSON array of strings, or one string as an array of it, and says whether it is that. value is JSON.
func appendTexts(list []string, value string) ([]string, bool) {
	if s, ok := text(value); ok {
		return append(list, s), true
	}
	if value == "" || value[0] != '[' {
		return list, false
	}
	const between = " \t\r\n,"
	for rest := strings.Trim(value[1:len(value)-1], between); rest != ""; rest = strings.TrimLeft(rest, between) {
		end := stringEnd(rest)
		s, ok := text(rest[:end])
		if !ok {
			return list, false
		}
		list, rest = append(list, s), rest[end:]
	}
	return list, true
}

// stringEnd is how long the JSON string is with which s begins, or 0 where it begins with something else.
func stringEnd(s string) int {
	if s[0] != '"' {
		return 0
	}
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return 0
}
