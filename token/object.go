package token

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

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
	s, _ := text(value)
	return s
}

// ParseObject reads one JSON object, strictly: valid UTF-8, no name twice at any level, nothing after it, nested at most
// 32 deep. Members come in the order in which they stand; their values are bytes of data, so numbers stay exact.
func ParseObject(data []byte) (Members, error) {
	if depth(data) > maxDepth {
		return nil, fmt.Errorf("JSON nested deeper than %d", maxDepth)
	}
	dec := jsontext.NewDecoder(bytes.NewBuffer(data)) // RFC 7493 by default: no duplicate names, no invalid UTF-8
	if t, err := dec.ReadToken(); err != nil {
		return nil, notObject(err)
	} else if t.Kind() != '{' {
		return nil, errors.New("JSON that is no object")
	}
	var members Members
	for dec.PeekKind() != '}' {
		name, err := dec.ReadToken()
		if err != nil {
			return nil, notObject(err)
		}
		m := Member{Name: name.String()} // before the next read: it overwrites the token
		value, err := dec.ReadValue()
		if err != nil {
			return nil, notObject(err)
		}
		m.Value = json.RawMessage(value.Clone())
		members = append(members, m)
	}
	if _, err := dec.ReadToken(); err != nil {
		return nil, notObject(err)
	}
	if _, err := dec.ReadToken(); err != io.EOF {
		return nil, errors.New("something after the JSON object")
	}
	return members, nil
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

// text reads a JSON string, and says whether it is one.
func text(value json.RawMessage) (string, bool) {
	if len(value) == 0 || value[0] != '"' {
		return "", false
	}
	b, err := jsontext.AppendUnquote(nil, value)
	return string(b), err == nil
}

// texts reads a JSON array of strings, or one string as an array of it.
func texts(value json.RawMessage) ([]string, bool) {
	if s, ok := text(value); ok {
		return []string{s}, true
	}
	var items []json.RawMessage
	if len(value) == 0 || value[0] != '[' || json.Unmarshal(value, &items) != nil {
		return nil, false
	}
	list := make([]string, len(items))
	for i, item := range items {
		var ok bool
		if list[i], ok = text(item); !ok {
			return nil, false
		}
	}
	return list, true
}
