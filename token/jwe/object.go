package jwe

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	jose "github.com/go-jose/go-jose/v4"

	"jotkit/token"
)

// maxMember bounds a member of key material in bytes, before anything is computed with it: RSA keys of 8192 bits need 1024.
const maxMember = 1024

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

// materialMembers are the members of a JWK that make up the key (RFC 7518 section 6).
var materialMembers = []string{"x", "y", "d", "n", "e", "p", "q", "dp", "dq", "qi", "k"}

// material reads the key in a JWK. Only what makes it up reaches go-jose, in its one spelling: x5c and the like, which want
// to be fetched or trusted, do not.
func (o object) material() (any, error) {
	plain := map[string]string{}
	for _, name := range []string{"kty", "crv"} {
		s, err := o.text(name)
		if err != nil {
			return nil, err
		}
		plain[name] = s
	}
	for _, name := range materialMembers {
		if !o.has(name) {
			continue
		}
		b, err := o.octets(name)
		if err != nil {
			return nil, err
		}
		if len(b) > maxMember {
			return nil, fmt.Errorf("a %s of %d bytes, and at most %d are read", name, len(b), maxMember)
		}
		plain[name] = base64.RawURLEncoding.EncodeToString(b)
	}
	text, err := json.Marshal(plain)
	if err != nil {
		return nil, err
	}
	var k jose.JSONWebKey
	if k.UnmarshalJSON(text) != nil {
		return nil, errors.New("members that do not make up a key")
	}
	return k.Key, nil
}
