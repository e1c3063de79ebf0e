package token

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// maxDepth is how deeply the JSON of a token may be nested.
const maxDepth = 32

var (
	errNoObject = errors.New("JSON that is no object")
	errTwice    = errors.New("a member name that stands twice")
	errAfter    = errors.New("something after the JSON object")
	errDeep     = fmt.Errorf("JSON nested deeper than %d", maxDepth)
)

// An objectReader reads a JSON object member by member, by the rules of [ParseObject], in one pass that copies nothing. It
// may be used for one object after the other. What it has found counts only once next has returned false and err is nil:
// until then it may be no JSON at all.
//
// It is our own because to read JSON took longer than all else about an HMAC. jsontext, which is as strict, is what the tests
// hold it against.
type objectReader struct {
	err   error
	text  string
	at    int // of the next byte
	top   object
	names []string // of the objects that at is in, the outermost first
	many  map[nameIn]bool
}

// An object is one that is being read.
type object struct {
	from  int  // where it begins in the text
	names int  // where its names begin among those of all
	begun bool // a member was read
}

// A nameIn is a name of the object that begins at a place.
type nameIn struct {
	from int
	name string
}

// few is up to how many names of one object are compared one by one.
const few = 16

// open begins to read text.
func (o *objectReader) open(text string) {
	*o = objectReader{text: text, names: o.names[:0]}
	c := o.peek()
	switch {
	case !utf8.ValidString(text):
		o.invalid()
	case c == '{':
		o.top.from = o.at
		o.at++
	case strings.IndexByte("\"[-0123456789tfn", c) >= 0:
		o.err = errNoObject
	default:
		o.invalid()
	}
}

// next returns the next member, its value as it was written, and whether there is one.
func (o *objectReader) next() (name, value string, ok bool) {
	if o.err != nil {
		return "", "", false
	}
	if name, ok = o.member(&o.top); !ok {
		if o.peek(); o.err == nil && o.at < len(o.text) {
			o.err = errAfter
		}
		return "", "", false
	}
	from := o.at
	ok = o.skip(1)
	return name, o.text[from:o.at], ok
}

// member reads up to the value of the next member, or the end of the object.
func (o *objectReader) member(in *object) (name string, ok bool) {
	c := o.peek()
	if c == '}' {
		o.at++
		return "", false
	}
	if in.begun {
		if c != ',' {
			return "", o.invalid()
		}
		o.at++
		c = o.peek()
	}
	in.begun = true
	if c != '"' {
		return "", o.invalid()
	}
	name, ok = o.string()
	switch {
	case !ok:
		return "", false
	case o.twice(in, name):
		o.err = errTwice
		return "", false
	case o.peek() != ':':
		return "", o.invalid()
	}
	o.at++
	o.peek()
	return name, true
}

// twice tells whether the object has the name already, and notes it.
func (o *objectReader) twice(in *object, name string) (there bool) {
	here := o.names[in.names:]
	if len(here) < few {
		there = slices.Contains(here, name)
	} else {
		if o.many == nil {
			o.many = map[nameIn]bool{}
		}
		if len(here) == few {
			for _, n := range here {
				o.many[nameIn{in.from, n}] = true
			}
		}
		there = o.many[nameIn{in.from, name}]
		o.many[nameIn{in.from, name}] = true
	}
	o.names = append(o.names, name)
	return there
}

// skip reads a value that lies so deep.
func (o *objectReader) skip(depth int) bool {
	switch c := o.peek(); {
	case c == '"':
		_, ok := o.string()
		return ok
	case c == '{' || c == '[':
		if depth == maxDepth {
			o.err = errDeep
			return false
		}
		if c == '{' {
			return o.object(depth + 1)
		}
		return o.array(depth + 1)
	case c == 't':
		return o.word("true")
	case c == 'f':
		return o.word("false")
	case c == 'n':
		return o.word("null")
	}
	return o.number()
}

func (o *objectReader) object(depth int) bool {
	in := object{from: o.at, names: len(o.names)}
	o.at++
	for {
		if _, ok := o.member(&in); !ok {
			break
		}
		if !o.skip(depth) {
			return false
		}
	}
	o.names = o.names[:in.names]
	return o.err == nil
}

func (o *objectReader) array(depth int) bool {
	o.at++
	if o.peek() == ']' {
		o.at++
		return true
	}
	for {
		if !o.skip(depth) {
			return false
		}
		switch o.peek() {
		case ',':
			o.at++
		case ']':
			o.at++
			return true
		default:
			return o.invalid()
		}
	}
}
