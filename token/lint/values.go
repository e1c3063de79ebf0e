package lint

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"jotkit/token"
	"jotkit/token/scan"
)

// random are the claims that are random by design, or hashes: what their values look like is chance.
var random = []string{"jti", "sid", "nonce", "athash", "chash", "shash", "sessionstate", "originjti", "uti", "rh", "aio"}

// dates are the registered claims that are looked at as such.
var dates = []string{"exp", "nbf", "iat", "auth_time", "updated_at"}

// lookAtValues goes through a value and all that is in it. where is its path, and name that of the member it is the value
// of; elements of a list have the name of the list.
func (f *findings) lookAtValues(where, name string, value json.RawMessage) {
	var items []json.RawMessage
	switch {
	case len(value) == 0:
	case value[0] == '{':
		members, _ := token.ParseObject(value) // read strictly before
		f.lookAtMembers(where, members)
	case value[0] == '[':
		_ = json.Unmarshal(value, &items)
		for i, item := range items {
			f.lookAtValues(where+"."+strconv.Itoa(i), name, item)
		}
	default:
		f.lookAtLeaf(where, name, value)
	}
}

// lookAtMembers goes through the members of an object.
func (f *findings) lookAtMembers(where string, list token.Members) {
	if privateJWK(list) {
		f.add("secret_claim", where, "it is a private key (JWK)")
	}
	for _, m := range list {
		f.lookAtValues(where+"."+m.Name, m.Name, m.Value)
	}
}

// lookAtLeaf looks at a string or a number.
func (f *findings) lookAtLeaf(where, name string, value json.RawMessage) {
	var text string
	if json.Unmarshal(value, &text) != nil {
		if text = string(value); text[0] < '0' || text[0] > '9' {
			return // true, false, and numbers that nobody has
		}
	}
	bare := plainName(name)
	if text == "" || slices.Contains(dates, name) {
		return
	}
	if holdsToken(text) {
		f.add("nested_token", where, "it is a token of its own, which whoever reads this one can use")
		return
	}
	if what := secretIn(bare, text, value[0] == '"'); what != "" {
		f.add("secret_claim", where, "it holds %s, and anyone can read a token", what)
		return
	}
	if !slices.Contains(random, bare) {
		f.lookForPerson(where, bare, text)
	}
}

// holdsToken tells whether a token stands in text.
func holdsToken(text string) bool {
	if strings.Count(text, ".") < 2 {
		return false
	}
	_, err := scan.NewScanner(strings.NewReader(text)).Next()
	return err == nil
}

// plainName is a claim's name as people mean it: of https://x.example/Phone-Number it is phonenumber.
func plainName(name string) string {
	if i := strings.LastIndexAny(name, "/#:"); i >= 0 {
		name = name[i+1:]
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, name)
}
