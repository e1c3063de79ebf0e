package userdb_test

import (
	"errors"
	"strings"
	"testing"

	"jotkit/userdb"
)

func TestCheckPassword(t *testing.T) {
	for _, c := range []struct {
		name, password, user string
		min                  int
		says                 string // "" when it is taken
	}{
		{"14 code points", strings.Repeat("x", 14), "ada", 0, "shorter than 15"},
		{"15 code points", strings.Repeat("x", 15), "ada", 0, ""},
		{"15 of four bytes", strings.Repeat("😀", 15), "ada", 0, ""},
		{"14 of four bytes", strings.Repeat("😀", 14), "ada", 0, "shorter than 15"},
		{"64", strings.Repeat("x", 64), "ada", 0, ""},
		{"200", strings.Repeat("x", 200), "ada", 0, ""},
		{"1024 bytes", strings.Repeat("x", 1024), "ada", 0, ""},
		{"1025 bytes", strings.Repeat("x", 1025), "ada", 0, "longer than 1024"},
		{"spaces", "correct horse battery", "ada", 0, ""},
		{"only spaces", strings.Repeat(" ", 15), "ada", 0, ""},
		{"empty", "", "ada", 0, "shorter"},
		{"no UTF-8", strings.Repeat("x", 15) + "\xff", "ada", 0, "not UTF-8"},
		{"accents apart do not count twice", strings.Repeat("e\u0301", 14), "ada", 0, "shorter"},
		{"a ligature counts once", "\ufdfa", "ada", 0, "shorter"},
		{"setting of 20", strings.Repeat("x", 19), "ada", 20, "shorter than 20"},
		{"setting of 8", strings.Repeat("x", 8), "ada", 8, ""},
		{"a setting below 8 is 8", strings.Repeat("x", 7), "ada", 1, "shorter than 8"},
		{"a negative setting is 8", strings.Repeat("x", 7), "ada", -1, "shorter than 8"},
		{"holds the name", "my name is lovelace", "lovelace", 0, "user name"},
		{"holds it in capitals", "MY NAME IS LOVELACE", "lovelace", 0, "user name"},
		{"holds it in full width", "today I am \uff21\uff24\uff21 again", "ada", 0, "user name"},
		{"a name of two is in too many", "my name is adalovelace", "ad", 0, ""},
	} {
		err := userdb.CheckPassword(c.password, c.user, c.min)
		if c.says == "" {
			if err != nil {
				t.Errorf("%s: %v", c.name, err)
			}
			continue
		}
		if !errors.Is(err, userdb.ErrPasswordPolicy) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v; want ErrPasswordPolicy saying %q", c.name, err, c.says)
		}
	}
}
