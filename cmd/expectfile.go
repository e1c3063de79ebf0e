package cmd

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"jotkit/token"
)

// maxExpectFile is the most that is read of a file of expectations, in bytes.
const maxExpectFile = 64 << 10

// The flags that a file of expectations may hold: what a token must be, and whose keys it must be signed with.
var (
	expectSeveral = []string{"iss", "aud", "typ", "require", "scope", "role"}
	expectOne     = []string{"leeway", "max-age", "min-ttl", "alg", "jwks", "issuer"}
)

// expectFile sets the flags that a file holds, a JSON object by their names, as if they had been given. What was given
// stays: a flag wins over the file, and a source of keys over the one in it. What is not understood is an error, for who
// wrote it meant it to be checked.
func (e *env) expectFile(ctx context.Context, f *pflag.FlagSet, name string) error {
	data, _, err := e.readFile(ctx, name, maxExpectFile)
	if err != nil {
		return fmt.Errorf("--expect: %w", err)
	}
	if len(data) > maxExpectFile {
		return usagef("name the file that says what a token must be", "%q has more than %d KiB", name, maxExpectFile>>10)
	}
	members, err := token.ParseObject(trimmed(data))
	if err != nil {
		return usagef(`write a JSON object such as {"iss": "https://id.example", "aud": "api"}`,
			"the expectations in %q cannot be read: %v", name, err)
	}
	_, iss := members.Value("iss")
	if _, issuer := members.Value("issuer"); iss && issuer {
		return usagef("leave iss out: the issuer whose keys are taken is expected", "%q has iss and issuer", name)
	}
	given := slices.DeleteFunc(slices.Concat(expectSeveral, expectOne), func(flag string) bool { return !f.Changed(flag) })
	source := slices.ContainsFunc(keySources, f.Changed)
	for _, m := range members {
		values, err := flagValues(m)
		flag := m.Name
		switch {
		case source && flag == "issuer":
			flag = "iss" // whose keys they are is said already, and not whose tokens
		case source && flag == "jwks":
			continue
		}
		if err == nil && !slices.Contains(given, flag) {
			err = setEach(f, flag, values)
		}
		if err != nil {
			return usagef("it may hold "+strings.Join(slices.Concat(expectSeveral, expectOne), ", "),
				"the expectations in %q: %q: %v", name, m.Name, err)
		}
	}
	return nil
}

func setEach(f *pflag.FlagSet, flag string, values []string) error {
	for _, v := range values {
		if err := f.Set(flag, v); err != nil {
			return err
		}
	}
	return nil
}

// flagValues are the values for a flag: a string, for some flags a list of strings, for require also an object of claims.
// Nothing is no value, for it could mean "anything".
func flagValues(m token.Member) ([]string, error) {
	several := slices.Contains(expectSeveral, m.Name)
	var text string
	var list []string
	switch {
	case !several && !slices.Contains(expectOne, m.Name):
		return nil, unknownExpectation(m.Name)
	case m.Value[0] == '"' && json.Unmarshal(m.Value, &text) == nil:
		return []string{text}, nil
	case !several:
		return nil, errors.New("not a text in quotes")
	case m.Value[0] == '[' && json.Unmarshal(m.Value, &list) == nil && len(list) > 0 && !slices.Contains(list, ""):
		return list, nil
	case m.Name == "require" && m.Value[0] == '{':
		return requiredClaims(m.Value)
	}
	return nil, errors.New("neither a text in quotes nor a list of some")
}

// unknownExpectation says what may have been meant: the names of a report have _ where flags have -.
func unknownExpectation(name string) error {
	flag := strings.ReplaceAll(strings.ToLower(name), "_", "-")
	if slices.Contains(slices.Concat(expectSeveral, expectOne), flag) {
		return fmt.Errorf("not known; did you mean %q?", flag)
	}
	return errors.New("not known")
}

// requiredClaims writes the claims of an object as the flag has them.
func requiredClaims(object json.RawMessage) (list []string, err error) {
	claims, err := token.ParseObject(object)
	for _, c := range claims {
		if strings.Contains(c.Name, "=") {
			return nil, fmt.Errorf("%q cannot be the name of a claim here", c.Name)
		}
		list = append(list, c.Name+":="+string(c.Value))
	}
	if err == nil && len(list) == 0 {
		err = errors.New("no claim in it")
	}
	return list, err
}
