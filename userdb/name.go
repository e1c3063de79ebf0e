package userdb

import (
	"errors"
	"fmt"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/secure/precis"
)

// ErrName comes back when a text is no user name.
var ErrName = errors.New("not a user name")

const (
	maxNamePoints = 64
	maxNameBytes  = 1024 // before mapping: a bound on work, not a rule for names
)

// ParseName returns the form of s under which a user is kept: mapped by the UsernameCaseMapped profile (RFC 8265
// section 3.3), of 1 to 64 code points, in one script. Look-alikes such as "Admin" and its full-width form come out the
// same. The error is ErrName, and says what is wrong without repeating bytes that could steer a terminal.
func ParseName(s string) (string, error) {
	switch {
	case s == "":
		// The profile of x/text lets "" through, against RFC 8265 section 3.1.
		return "", fmt.Errorf("%w: it is empty", ErrName)
	case !utf8.ValidString(s):
		return "", fmt.Errorf("%w: it is not UTF-8", ErrName)
	case len(s) > maxNameBytes:
		return "", tooLong()
	}
	name, err := precis.UsernameCaseMapped.String(s)
	if err != nil {
		return "", nameFault(s)
	}
	if utf8.RuneCountInString(name) > maxNamePoints {
		return "", tooLong()
	}
	// A name is parsed again at each login: a form that maps on to another one would be two accounts in turn.
	if again, err := precis.UsernameCaseMapped.String(name); err != nil || again != name {
		return "", nameFault(s)
	}
	if err := oneScript(name); err != nil {
		return "", err
	}
	return name, nil
}

func tooLong() error {
	return fmt.Errorf("%w: it is longer than %d characters", ErrName, maxNamePoints)
}

// nameFault names the first character that no name may hold. Where each one would do on its own, they do not go
// together (right-to-left letters beside left-to-right ones, a joiner out of place).
func nameFault(s string) error {
	for _, r := range s {
		if r == ' ' {
			return fmt.Errorf("%w: it holds a space", ErrName)
		}
		if _, err := precis.UsernameCaseMapped.String(string(r)); err != nil && !unicode.IsMark(r) {
			return fmt.Errorf("%w: it holds the character %U", ErrName, r)
		}
	}
	return fmt.Errorf("%w: its characters do not go together (RFC 8265 section 3)", ErrName)
}

// oneScript refuses names like "аdmin" with a Cyrillic first letter, which read as another name.
func oneScript(name string) error {
	var first string
	for _, r := range name {
		script := scriptOf(r)
		switch {
		case script == "Common" || script == "Inherited":
		case first == "":
			first = script
		case script != first:
			return fmt.Errorf("%w: it mixes the scripts %s and %s", ErrName, first, script)
		}
	}
	return nil
}

// scriptOf returns the script of r. Each character has one, so the order of the map does not matter.
func scriptOf(r rune) string {
	for name, table := range unicode.Scripts {
		if unicode.Is(table, r) {
			return name
		}
	}
	return "Unknown"
}
