package token

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// ErrDraft comes back for a draft that says what no verifier should accept, or would read otherwise than it was meant:
// without exp, with a time that is no NumericDate, with a name twice, with a registered name among the extra ones, with an
// empty scope or one with a space, with text that is not UTF-8, or longer than MaxLength once signed.
var ErrDraft = errors.New("draft cannot be signed")

// AccessToken is the typ of access tokens (RFC 9068 section 2.1).
const AccessToken = "at+jwt"

// A Draft is a token before it is signed, in the shape of RFC 9068. Times are cut to whole seconds. Zero fields are left
// out, but ExpiresAt must be there.
type Draft struct {
	Type      string // typ, AccessToken where ""
	Issuer    string
	Subject   string
	Audience  []string // one is written as a string, several as an array
	ClientID  string
	IssuedAt  time.Time
	NotBefore time.Time
	ExpiresAt time.Time
	ID        string // jti
	SessionID string // sid
	Scopes    []string
	Roles     []string
	Extra     []Member // claims beside these, in the order in which they are written
	Headers   []Member // header parameters beside alg, typ and kid
}

// registered are the claims that a Draft has fields for.
var registered = []string{"iss", "sub", "aud", "client_id", "iat", "nbf", "exp", "jti", "sid", "scope", "roles"}

// reservedHeaders are the header parameters that Sign sets itself, and those that no verifier of ours would accept or read.
var reservedHeaders = []string{"alg", "typ", "kid", "crit", "b64", "jwk", "jku", "x5u", "x5c"}

// Registered tells whether a claim has a field of its own in Draft, and so may not stand in Extra.
func Registered(name string) bool { return slices.Contains(registered, name) }

// Sign writes the draft down and signs it with k, whose algorithm and id become alg and kid. Errors are ErrDraft and
// ErrCannotSign.
func (d *Draft) Sign(k *Key) (string, error) {
	if err := d.check(); err != nil {
		return "", err
	}
	header, err := marshal(append([]Member{
		{"alg", quote(k.Algorithm())},
		{"typ", quote(d.typ())},
		{"kid", quote(k.ID())},
	}, d.Headers...))
	if err != nil {
		return "", fmt.Errorf("%w: the header has %w", ErrDraft, err)
	}
	payload, err := marshal(append(d.claims(), d.Extra...))
	if err != nil {
		return "", fmt.Errorf("%w: the payload has %w", ErrDraft, err)
	}
	return seal(k, header, payload)
}

// seal joins and signs the parts of a token.
func seal(k *Key, header, payload []byte) (string, error) {
	input := strict.EncodeToString(header) + "." + strict.EncodeToString(payload)
	signature, err := k.sign(input)
	if err != nil {
		return "", err
	}
	raw := input + "." + strict.EncodeToString(signature)
	if len(raw) > MaxLength {
		return "", fmt.Errorf("%w: it would have %d bytes, and tokens of up to %d are read", ErrDraft, len(raw), MaxLength)
	}
	return raw, nil
}

func (d *Draft) check() error {
	if d.ExpiresAt.Unix() <= 0 || d.ExpiresAt.Unix() >= maxDate {
		return fmt.Errorf("%w: it has no exp that a verifier would read", ErrDraft)
	}
	for name, at := range map[string]time.Time{"iat": d.IssuedAt, "nbf": d.NotBefore} {
		if !at.IsZero() && (at.Unix() <= 0 || at.Unix() >= maxDate) {
			return fmt.Errorf("%w: its %s is none that a verifier would read", ErrDraft, name)
		}
	}
	for _, s := range d.Scopes {
		if s == "" || strings.Contains(s, " ") { // a verifier would read none, or several
			return fmt.Errorf("%w: %q is not one scope", ErrDraft, s)
		}
	}
	for _, m := range d.Extra {
		if Registered(m.Name) {
			return fmt.Errorf("%w: %q stands among the extra claims, and it is a registered one", ErrDraft, m.Name)
		}
	}
	for _, m := range d.Headers {
		if slices.Contains(reservedHeaders, m.Name) {
			return fmt.Errorf("%w: the header %q is not for the caller to set", ErrDraft, m.Name)
		}
	}
	return nil
}

func (d *Draft) typ() string {
	if d.Type == "" {
		return AccessToken
	}
	return d.Type
}

func (d *Draft) claims() []Member {
	return []Member{
		{"iss", quote(d.Issuer)},
		{"sub", quote(d.Subject)},
		{"aud", quoteList(d.Audience, len(d.Audience) == 1)},
		{"client_id", quote(d.ClientID)},
		{"iat", seconds(d.IssuedAt)},
		{"nbf", seconds(d.NotBefore)},
		{"exp", seconds(d.ExpiresAt)},
		{"jti", quote(d.ID)},
		{"sid", quote(d.SessionID)},
		{"scope", quote(strings.Join(d.Scopes, " "))},
		{"roles", quoteList(d.Roles, false)},
	}
}

// marshal writes an object of those members that have a value, and reads it back by the rules a verifier has.
func marshal(members []Member) ([]byte, error) {
	out := []byte{'{'}
	for _, m := range members {
		if len(m.Value) == 0 {
			continue
		}
		if !json.Valid(m.Value) { // 1,"sub":"root" would smuggle in a member
			return nil, fmt.Errorf("a value of %q that is not JSON", m.Name)
		}
		if len(out) > 1 {
			out = append(out, ',')
		}
		out = append(append(append(out, quoted(m.Name)...), ':'), m.Value...)
	}
	out = append(out, '}')
	_, err := ParseObject(out)
	return out, err
}

func quoted(s string) []byte {
	b, err := jsontext.AppendQuote(nil, s)
	if err != nil { // invalid UTF-8: AppendQuote mends it, and two different texts would become one
		return []byte{'"', 0xff, '"'} // marshal reads back what it wrote, and refuses it
	}
	return b
}

func quote(s string) json.RawMessage {
	if s == "" {
		return nil
	}
	return quoted(s)
}

func quoteList(list []string, bare bool) json.RawMessage {
	if len(list) == 0 {
		return nil
	}
	if bare {
		return quoted(list[0])
	}
	out := []byte{'['}
	for i, s := range list {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(out, quoted(s)...)
	}
	return append(out, ']')
}

func seconds(t time.Time) json.RawMessage {
	if t.IsZero() {
		return nil
	}
	return strconv.AppendInt(nil, t.Unix(), 10)
}
