package userdb_test

import (
	"errors"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"jotkit/userdb"
)

func TestParseName(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"plain", "ada", "ada"},
		{"upper case", "Admin", "admin"},
		{"full width", "\uff21\uff44\uff4d\uff49\uff4e", "admin"},
		{"kelvin sign", "\u212a", "k"},
		{"decomposed", "rene\u0301", "ren\u00e9"},
		{"composed", "ren\u00e9", "ren\u00e9"},
		{"address", "juliet@example.com", "juliet@example.com"}, // RFC 8265 section 3.5, table 1
		{"sharp s", "fussball\u00df", "fussball\u00df"},         // example 3
		{"Greek pi", "\u03c0", "\u03c0"},                        // example 4
		{"Greek capital sigma", "\u03a3", "\u03c3"},             // example 5
		{"Greek final sigma", "\u03c2", "\u03c2"},               // example 7
		{"Cyrillic alone", "Иван", "иван"},
		{"Hebrew with digits", "\u05d0\u05d11", "\u05d0\u05d11"},
		{"digits and signs belong to any script", "ada_1-x.y", "ada_1-x.y"},
		{"64 code points", strings.Repeat("é", 64), strings.Repeat("é", 64)},
	} {
		if got, err := userdb.ParseName(c.in); err != nil || got != c.want {
			t.Errorf("%s: ParseName(%+q) = %+q, %v; want %+q", c.name, c.in, got, err, c.want)
		}
	}
}

func TestParseNameRefuses(t *testing.T) {
	for _, c := range []struct{ name, in, says string }{
		{"empty", "", "empty"},
		{"65 code points", strings.Repeat("a", 65), "longer than 64"},
		{"a megabyte", strings.Repeat("a", 1<<20), "longer than 64"},
		{"space inside", "foo bar", "space"}, // RFC 8265 section 3.5, table 2
		{"space at the end", "ada ", "space"},
		{"NUL", "ada\x00", "U+0000"},
		{"ESC", "ada\x1b[2J", "U+001B"},
		{"line feed", "ada\n", "U+000A"},
		{"DEL", "ada\x7f", "U+007F"},
		{"zero width space", "ada\u200b", "U+200B"},
		{"soft hyphen", "a\u00adda", "U+00AD"},
		{"right-to-left override", "ada\u202e", "U+202E"},
		{"ligature", "\ufb01", "U+FB01"},
		{"Roman numeral four", "henry\u2163", "U+2163"}, // table 2
		{"symbol", "\u265a", "U+265A"},                  // table 2
		{"no UTF-8", "ada\xff", "UTF-8"},
		{"Cyrillic a among Latin", "\u0430dmin", "Cyrillic and Latin"},
		{"Greek omicron among Latin", "r\u03bfot", "Latin and Greek"},
		{"Hebrew and Latin", "\u05d0a", "do not go together"},
	} {
		got, err := userdb.ParseName(c.in)
		if !errors.Is(err, userdb.ErrName) || got != "" {
			t.Errorf("%s: ParseName = %+q, %v; want ErrName", c.name, got, err)
			continue
		}
		if !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: the error %q does not say %q", c.name, err, c.says)
		}
		if strings.ContainsFunc(err.Error(), func(r rune) bool { return r > 0x7e || r < ' ' }) {
			t.Errorf("%s: the error %q repeats what could steer a terminal", c.name, err)
		}
	}
}

// FuzzParseName holds that what comes out is a name, and maps on to itself: one account, however often it is parsed.
func FuzzParseName(f *testing.F) {
	for _, s := range []string{"Admin", "\u0130", "a\u0301\u0327", "\u05d01", "\u0915\u094d\u200d\u0937", "l\u00b7l", "ｱ"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		name, err := userdb.ParseName(s)
		if err != nil {
			if !errors.Is(err, userdb.ErrName) || name != "" {
				t.Fatalf("%+q: %+q, %v", s, name, err)
			}
			return
		}
		if n := utf8.RuneCountInString(name); n < 1 || n > 64 || strings.ContainsFunc(name, unicode.IsControl) {
			t.Fatalf("%+q became %+q", s, name)
		}
		if again, err := userdb.ParseName(name); err != nil || again != name {
			t.Fatalf("%+q became %+q, and that %+q, %v", s, name, again, err)
		}
	})
}
