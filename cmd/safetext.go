package cmd

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf16"
)

// steers tells whether r could steer a terminal or hide what a text says: C0 and C1 controls and DEL (escape sequences),
// the marks that turn the direction of text, what has no width, and what ends a line without looking so.
func steers(r rune) bool {
	if r < 0x7f {
		return r < 0x20
	}
	return r <= 0x9f || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp) ||
		r >= 0xfe00 && r <= 0xfe0f || r >= 0xe0100 && r <= 0xe01ef // variation selectors
}

// safeText is s fit for a terminal and for a line of a table: what steers is written out as an escape.
func safeText(s string) string { return escaped(s, steers) }

// safeJSON is JSON that says the same, and is fit for a terminal. In JSON such characters stand in strings alone, where an
// escape means the same; line ends and indentation between values stay.
func safeJSON(text []byte) string {
	return escaped(string(text), func(r rune) bool { return r != '\n' && r != '\t' && r != '\r' && steers(r) })
}

func escaped(s string, which func(rune) bool) string {
	if strings.IndexFunc(s, which) < 0 {
		return s
	}
	var out strings.Builder
	for _, r := range s {
		switch {
		case !which(r):
			out.WriteRune(r)
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			fmt.Fprintf(&out, `\u%04x\u%04x`, high, low)
		default:
			fmt.Fprintf(&out, `\u%04x`, r)
		}
	}
	return out.String()
}
