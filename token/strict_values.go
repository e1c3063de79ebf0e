package token

import (
	"fmt"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// string reads a string, and returns what it says.
func (o *objectReader) string() (said string, ok bool) {
	from, escaped := o.at, false
	for i := from + 1; i < len(o.text); i++ {
		c := o.text[i]
		if !special[c] {
			continue
		}
		switch c {
		case '"':
			o.at = i + 1
			if !escaped {
				return o.text[from+1 : i], true
			}
			if said, ok = unescaped(o.text[from:o.at]); !ok {
				o.invalid()
			}
			return said, ok
		case '\\':
			escaped = true
			i++
		default:
			o.at = i
			return "", o.invalid()
		}
	}
	o.at = len(o.text)
	return "", o.invalid()
}

// special are the bytes of a string that do not stand for themselves.
var special = func() (is [256]bool) {
	for c := range ' ' {
		is[c] = true
	}
	is['"'], is['\\'] = true, true
	return is
}()

// unescaped reads a string in which something is escaped, and says whether that is well formed.
func unescaped(quoted string) (string, bool) {
	b, err := jsontext.AppendUnquote(nil, quoted)
	return string(b), err == nil
}

func (o *objectReader) word(w string) bool {
	if !strings.HasPrefix(o.text[o.at:], w) {
		return o.invalid()
	}
	o.at += len(w)
	return true
}

// number reads a number as RFC 8259 section 6 has it.
func (o *objectReader) number() bool {
	o.accept('-')
	ok := o.accept('0') || o.digits()
	if ok && o.accept('.') {
		ok = o.digits()
	}
	if ok && (o.accept('e') || o.accept('E')) {
		_ = o.accept('+') || o.accept('-')
		ok = o.digits()
	}
	return ok || o.invalid()
}

// digits reads one digit or more.
func (o *objectReader) digits() bool {
	from := o.at
	for o.at < len(o.text) && '0' <= o.text[o.at] && o.text[o.at] <= '9' {
		o.at++
	}
	return o.at > from
}

// accept reads this byte, if it comes next.
func (o *objectReader) accept(c byte) bool {
	if o.at < len(o.text) && o.text[o.at] == c {
		o.at++
		return true
	}
	return false
}

// peek passes over white space and returns the byte that comes next, or 0 at the end.
func (o *objectReader) peek() byte {
	for ; o.at < len(o.text); o.at++ {
		switch c := o.text[o.at]; c {
		case ' ', '\t', '\n', '\r':
		default:
			return c
		}
	}
	return 0
}

// invalid notes that what comes next is no JSON, in words that hold none of it: it may be anything.
func (o *objectReader) invalid() bool {
	o.err = fmt.Errorf("no valid JSON object (at byte %d)", o.at)
	return false
}
