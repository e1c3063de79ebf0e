package jwe

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"

	"jotkit/token"
)

// object is a JSON object by its member names, which are compared in their exact case.
type object map[string]json.RawMessage

// readObject reads one object and nothing after it, by the rules for tokens.
func readObject(data []byte) (object, error) {
	members, err := token.ParseObject(data)
	if err != nil {
		return nil, err
	}
	o := object{}
	for _, m := range members {
		o[m.Name] = m.Value
	}
	return o, nil
}

func (o object) has(name string) bool { _, ok := o[name]; return ok }

// text is the string of a member, or "" where there is no such member.
func (o object) text(name string) (string, error) {
	value, there := o[name]
	if !there {
		return "", nil
	}
	var s *string // null is no string
	if json.Unmarshal(value, &s) != nil || s == nil {
		return "", fmt.Errorf("a %s that is no string", name)
	}
	return *s, nil
}

// octets is what a member of base64url stands for. Go's decoder skips line ends even when it is strict.
func (o object) octets(name string) ([]byte, error) {
	s, err := o.text(name)
	if err != nil {
		return nil, err
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(s)
	if err != nil || strings.ContainsAny(s, "\r\n") {
		return nil, fmt.Errorf("a %s that is not base64url", name)
	}
	return b, nil
}
