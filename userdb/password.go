package userdb

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// ErrPasswordPolicy comes back when a password may not be taken; its text says why, and never holds the password.
var ErrPasswordPolicy = errors.New("password refused")

const (
	// DefaultPasswordLength is the least number of code points of a password (NIST SP 800-63B-4 for a single factor).
	DefaultPasswordLength = 15
	// MinPasswordLength is the number below which no setting can lower it.
	MinPasswordLength = 8
	// MaxPasswordBytes bounds the work that a stranger can ask for.
	MaxPasswordBytes = 1024

	// A name shorter than this is in too many good passwords to be looked for: no guess gets easier by it.
	minNameInPassword = 3
)

// CheckPassword tells whether the user of this name may take this password: minLength code points at least (0 is
// [DefaultPasswordLength], less than [MinPasswordLength] counts as that), UTF-8 of at most [MaxPasswordBytes], and not
// holding the name in any case. There are no rules of composition (NIST SP 800-63B-4 section 3.1.1.2).
func CheckPassword(password, name string, minLength int) error {
	if minLength == 0 {
		minLength = DefaultPasswordLength
	}
	minLength = max(minLength, MinPasswordLength)
	if err := hashable(password); err != nil {
		return err
	}
	if passwordLength(password) < minLength {
		return fmt.Errorf("%w: it is shorter than %d characters", ErrPasswordPolicy, minLength)
	}
	if utf8.RuneCountInString(name) >= minNameInPassword && strings.Contains(folded(password), folded(name)) {
		return fmt.Errorf("%w: it holds the user name", ErrPasswordPolicy)
	}
	return nil
}

// hashable refuses what is not hashed under any policy. Text that is not UTF-8 would be hashed as replacement
// characters, and so stand for many passwords.
func hashable(password string) error {
	switch {
	case len(password) > MaxPasswordBytes:
		return fmt.Errorf("%w: it is longer than %d bytes", ErrPasswordPolicy, MaxPasswordBytes)
	case !utf8.ValidString(password):
		return fmt.Errorf("%w: it is not UTF-8", ErrPasswordPolicy)
	}
	return nil
}

// passwordLength counts code points the stingy way: neither accents typed apart nor a ligature that NFKC takes to
// pieces (U+FDFA becomes 18 code points) make a password longer than it looks.
func passwordLength(password string) int {
	return min(utf8.RuneCountInString(norm.NFC.String(password)), utf8.RuneCountInString(norm.NFKC.String(password)))
}

func folded(s string) string { return norm.NFKC.String(cases.Fold().String(norm.NFKC.String(s))) }
