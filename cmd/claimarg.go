package cmd

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"jotkit/token"
)

// parseNamed reads name=text or name:=json.
func parseNamed(s string) (token.Member, error) {
	name, value, found := strings.Cut(s, "=")
	if !found {
		return token.Member{}, errors.New("written name=text or name:=json")
	}
	name, isJSON := strings.CutSuffix(name, ":")
	if name == "" {
		return token.Member{}, errors.New("it has no name")
	}
	if !isJSON {
		text, err := marshal(value)
		return token.Member{Name: name, Value: text}, err
	}
	if !strictJSON(value) {
		return token.Member{}, fmt.Errorf("%q is no JSON value; for text write %s=…", value, name)
	}
	return token.Member{Name: name, Value: json.RawMessage(strings.TrimSpace(value))}, nil
}

// strictJSON tells whether s is one JSON value as a token may hold it.
func strictJSON(s string) bool {
	_, err := token.ParseObject([]byte(`{"v":` + s + `}`))
	return err == nil && json.Valid([]byte(s))
}

// namedValue is a flag that takes name=text or name:=json, any number of times, each name once.
type namedValue struct {
	to    *[]token.Member
	check func(name string) error
}

func (v namedValue) String() string { return "" }
func (v namedValue) Type() string   { return "NAME=V" }

func (v namedValue) Set(s string) error {
	m, err := parseNamed(s)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(*v.to, func(other token.Member) bool { return other.Name == m.Name }) {
		return fmt.Errorf("%q is given twice", m.Name)
	}
	if v.check != nil {
		if err := v.check(m.Name); err != nil {
			return err
		}
	}
	*v.to = append(*v.to, m)
	return nil
}

// requireValue is --require: name, name=text or name:=json.
type requireValue struct{ to *[]token.Requirement }

func (v requireValue) String() string { return "" }
func (v requireValue) Type() string   { return "NAME[=V]" }

func (v requireValue) Set(s string) error {
	if s == "" {
		return errors.New("it is empty")
	}
	if !strings.Contains(s, "=") {
		*v.to = append(*v.to, token.Requirement{Name: s})
		return nil
	}
	m, err := parseNamed(s)
	if err != nil {
		return err
	}
	*v.to = append(*v.to, token.Requirement(m))
	return nil
}

// flagOfClaim is the flag that sets a claim which -c does not, or "".
func flagOfClaim(name string) string {
	switch name {
	case "iss", "sub", "aud", "iat", "nbf", "jti":
		return "--" + name
	case "exp":
		return "--exp or --ttl"
	}
	return ""
}

// checkClaimName refuses the claims that have flags of their own, and the one that only a login makes.
func checkClaimName(name string) error {
	if flag := flagOfClaim(name); flag != "" {
		return fmt.Errorf("%q has a flag of its own: %s", name, flag)
	}
	if name == "sid" {
		return errors.New("\"sid\" is set by a login alone")
	}
	return nil
}

// checkHeaderName refuses header parameters that are not the caller's.
func checkHeaderName(name string) error {
	switch name {
	case "typ":
		return errors.New("\"typ\" has a flag of its own: --typ")
	case "alg", "kid":
		return fmt.Errorf("%q is the key's to say", name)
	}
	return nil
}
