package keyring

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"jotkit/token"
)

// object is a JSON object by its member names, which are compared in their exact case (RFC 7517 section 4).
type object map[string]jsontext.Value

// readObject reads one object and nothing after it, by the rules for tokens: two readers that choose differently between
// two "kid" would trust different keys.
func readObject(data []byte) (object, error) {
	members, err := token.ParseObject(data)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNotAKey, err)
	}
	o := object{}
	for _, m := range members {
		o[m.Name] = jsontext.Value(m.Value)
	}
	return o, nil
}

func (o object) has(name string) bool { _, ok := o[name]; return ok }

// text is the string of a member, or "" where there is no such member.
func (o object) text(name string) (string, error) {
	v, ok := o[name]
	if !ok {
		return "", nil
	}
	if v.Kind() != '"' {
		return "", fmt.Errorf("%w: member %q is not a string", ErrNotAKey, name)
	}
	s, err := jsontext.AppendUnquote(nil, v)
	if err != nil {
		return "", fmt.Errorf("%w: member %q is not a string", ErrNotAKey, name)
	}
	return string(s), nil
}

// bytes is a member of base64url (RFC 7515 section 2) that must be there and hold something. Go's decoder skips line
// ends even when it is strict, so they are refused first: one key has one spelling.
func (o object) bytes(name string) ([]byte, error) {
	s, err := o.text(name)
	switch {
	case err != nil:
		return nil, err
	case s == "":
		return nil, fmt.Errorf("%w: member %q is missing or empty", ErrNotAKey, name)
	case strings.ContainsAny(s, "\r\n"):
		return nil, fmt.Errorf("%w: member %q is not base64url", ErrNotAKey, name)
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(s)
	if err != nil {
		return nil, fmt.Errorf("%w: member %q is not base64url without padding", ErrNotAKey, name)
	}
	return b, nil
}

// whole is a member that is a whole number from 0 to 2^53, or 0 where there is no such member.
func (o object) whole(name string) (int64, error) {
	v, ok := o[name]
	if !ok {
		return 0, nil
	}
	n, err := strconv.ParseInt(string(v), 10, 64)
	if err != nil || n < 0 || n > 1<<53 {
		return 0, fmt.Errorf("%w: member %q is not a whole number", ErrNotAKey, name)
	}
	return n, nil
}

// list is a member that is an array of strings, each standing once (RFC 7517 section 4.3), or nil.
func (o object) list(name string) ([]string, error) {
	v, ok := o[name]
	if !ok {
		return nil, nil
	}
	bad := fmt.Errorf("%w: member %q is not a list of different strings", ErrNotAKey, name)
	if v.Kind() != '[' {
		return nil, bad
	}
	found := []string{}
	seen := map[string]bool{}
	d := jsontext.NewDecoder(bytes.NewBuffer(v))
	for d.ReadToken(); d.PeekKind() != ']'; {
		t, err := d.ReadToken()
		if err != nil || t.Kind() != '"' || seen[t.String()] {
			return nil, bad
		}
		seen[t.String()] = true
		found = append(found, t.String())
	}
	return found, nil
}
