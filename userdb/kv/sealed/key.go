package sealed

import (
	"bytes"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"

	"jotkit/userdb/kv"
)

const (
	keySize   = 32
	keyPrefix = "jotkit-seal-key-1:" // of the text form, with its version
	hidden    = "[seal key]"
)

var errMarshal = errors.New("a seal key is written by Encode alone")

// A Key is the seal key of a store: 32 bytes, kept in a file outside it. However it is printed or logged, its bytes
// do not show. The zero Key opens nothing.
//
// Keys are passed by value. Two are the same when their ids are; == tells only whether one is a copy of the other.
type Key struct {
	// fmt calls no method of a field that is not exported, but prints what it finds there, behind one pointer too (after
	// a verb that does not fit). It follows no second one.
	b **[keySize]byte
}

func keyOf(b *[keySize]byte) Key { return Key{&b} }

func (k Key) bytes() []byte { return (*k.b)[:] }

// NewKey makes a random seal key.
func NewKey() Key {
	b := new([keySize]byte)
	rand.Read(b[:]) // never fails: it ends the program instead (crypto/rand)
	return keyOf(b)
}

// ParseKey reads the text form of a key, white space around it allowed. The error is kv.ErrSealKey and shows nothing
// of the text.
func ParseKey(text []byte) (Key, error) {
	encoded, found := bytes.CutPrefix(bytes.TrimSpace(text), []byte(keyPrefix))
	if !found {
		return Key{}, fmt.Errorf("%w: it does not begin with %q", kv.ErrSealKey, keyPrefix)
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(string(encoded))
	if err != nil || len(raw) != keySize || bytes.ContainsAny(encoded, "\r\n") { // the decoder skips line ends
		return Key{}, fmt.Errorf("%w: no %d bytes in base64url after %q", kv.ErrSealKey, keySize, keyPrefix)
	}
	return keyOf((*[keySize]byte)(raw)), nil
}

// Encode returns the text form of the key, for a file that only its owner can read: one line with its line end.
func (k Key) Encode() []byte {
	if k.IsZero() {
		return nil
	}
	return []byte(keyPrefix + base64.RawURLEncoding.EncodeToString(k.bytes()) + "\n")
}

// IsZero tells whether this is no key at all.
func (k Key) IsZero() bool { return k.b == nil }

// ID returns the public name of the key, 16 hexadecimal digits: a store says with it which key opens it.
func (k Key) ID() string {
	if k.IsZero() {
		return ""
	}
	id, err := k.derive("", "jotkit seal key id", 8)
	if err != nil {
		return ""
	}
	return hex.EncodeToString(id)
}

// derive makes another key out of this one (RFC 5869).
func (k Key) derive(salt, info string, length int) ([]byte, error) {
	return hkdf.Key(sha256.New, k.bytes(), []byte(salt), info, length)
}

// String does not show the key.
func (k Key) String() string { return hidden }

// GoString does not show the key.
func (k Key) GoString() string { return hidden }

// Format does not show the key, whatever the verb.
func (k Key) Format(f fmt.State, _ rune) { io.WriteString(f, hidden) }

// LogValue does not show the key.
func (k Key) LogValue() slog.Value { return slog.StringValue(hidden) }

// MarshalText refuses: an encoder that came across a key would write it out, and what says so only in its place would
// be taken for a key file. Encode is the way.
func (k Key) MarshalText() ([]byte, error) { return nil, errMarshal }
