package keyring

import (
	"cmp"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"

	"jotkit/token"
)

// writer writes JSON objects with their members in the order of the calls. The outermost object is opened by the first
// member and closed by done. The first error is kept for done.
type writer struct {
	buf []byte
	err error
}

// name writes a member's name, and before it what the place asks for.
func (w *writer) name(name string) {
	switch last := len(w.buf) - 1; {
	case last < 0:
		w.buf = append(w.buf, '{')
	case w.buf[last] != '{':
		w.buf = append(w.buf, ',')
	}
	w.quoted(name)
	w.buf = append(w.buf, ':')
}

func (w *writer) quoted(s string) {
	b, err := jsontext.AppendQuote(w.buf, s) // fails for invalid UTF-8, which a kid given in code may hold
	w.buf, w.err = b, cmp.Or(w.err, err)
}

func (w *writer) text(name, value string) {
	w.name(name)
	w.quoted(value)
}

func (w *writer) number(name string, n int64) {
	w.name(name)
	w.buf = strconv.AppendInt(w.buf, n, 10)
}

// openSet begins the member "keys".
func (w *writer) openSet() {
	w.name("keys")
	w.buf = append(w.buf, '[')
}

// next begins the next object of an array.
func (w *writer) next() {
	if w.buf[len(w.buf)-1] == '}' {
		w.buf = append(w.buf, ',')
	}
	w.buf = append(w.buf, '{')
}

func (w *writer) close()      { w.buf = append(w.buf, '}') }
func (w *writer) closeArray() { w.buf = append(w.buf, ']') }

// key writes the members of a key.
func (w *writer) key(k *token.Key, private bool) {
	w.public(k)
	if private {
		w.members(privateMembersOf(k))
	}
}

func (w *writer) members(members []member) {
	for _, m := range members {
		w.text(m.name, m.value)
	}
}

// public writes the members that name a key and those of its public half. A symmetric key is written whole.
func (w *writer) public(k *token.Key) {
	members := publicMembersOf(k)
	w.text(members[0].name, members[0].value)
	w.text("use", "sig")
	w.text("alg", k.Algorithm())
	w.text("kid", cmp.Or(k.ID(), Thumbprint(k)))
	w.members(members[1:])
}

func (w *writer) done() ([]byte, error) {
	w.close()
	return w.buf, w.err
}
