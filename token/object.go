package token

import (
	"encoding/json"
	"strings"
)

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
	o.open(string(data))
	for name, value, ok := o.next(); ok; name, value, ok = o.next() {
		members = append(members, Member{name, json.RawMessage(value)})
	}
	if o.err != nil {
		return nil, o.err
	}
	return members, nil
}

// text reads a JSON string, and says whether it is one. Where nothing in it is escaped it is part of value.
func text(value string) (string, bool) {
	if len(value) < 2 || value[0] != '"' {
		return "", false
	}
	if plain := value[1 : len(value)-1]; strings.IndexByte(plain, '\\') < 0 && value[len(value)-1] == '"' {
		return plain, true
	}
	return unescaped(value)
}

// appendTexts reads a JSON array of strings, or one string as an array of it, and says whether it is that. value is JSON.
func appendTexts(list []string, value string) ([]string, bool) {
	if s, ok := text(value); ok {
		return append(list, s), true
	}
	if value == "" || value[0] != '[' {
		return list, false
	}
	o := objectReader{text: value, at: 1}
	for o.peek() == '"' {
		s, ok := o.string()
		if !ok {
			return list, false
		}
		list = append(list, s)
		if o.peek() == ',' {
			o.at++
		}
	}
	return list, o.peek() == ']'
}
