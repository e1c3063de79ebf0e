package flaw

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"

	"github.com/golang-jwt/jwt/v5"

	"jotkit/token"
)

var b64 = base64.RawURLEncoding

// A forgery is a token in the making. Names may stand twice in it, and values be no JSON.
type forgery struct {
	*Set
	header, payload []token.Member
}

// A maker makes a bad token of one that is still good.
type maker func(f *forgery) (string, error)

// A signer signs whatever it is given.
type signer func(input string) ([]byte, error)

// put gives the member of a name this value, in its place or at the end.
func put(list []token.Member, name, value string) []token.Member {
	for i := range list {
		if list[i].Name == name {
			list[i].Value = json.RawMessage(value)
			return list
		}
	}
	return append(list, token.Member{Name: name, Value: json.RawMessage(value)})
}

func (f *forgery) claim(name, value string) { f.payload = put(f.payload, name, value) }
func (f *forgery) param(name, value string) { f.header = put(f.header, name, value) }

// drop leaves a claim out, and says whether it was there.
func (f *forgery) drop(name string) bool {
	was := len(f.payload)
	f.payload = slices.DeleteFunc(f.payload, named(name))
	return len(f.payload) < was
}

func named(name string) func(token.Member) bool {
	return func(m token.Member) bool { return m.Name == name }
}

// texts reads a claim that is a string, or an array of them. One that is not there has none.
func (f *forgery) texts(name string) (list []string) {
	i := slices.IndexFunc(f.payload, named(name))
	if i < 0 {
		return nil
	}
	var one string
	if json.Unmarshal(f.payload[i].Value, &one) == nil {
		return []string{one}
	}
	if json.Unmarshal(f.payload[i].Value, &list) != nil {
		return nil
	}
	return list
}

// sign writes the token down and signs it with the good key.
func (f *forgery) sign() (string, error) { return f.signedBy(f.own) }

func (f *forgery) signedBy(by signer) (string, error) {
	return seal(object(f.header), object(f.payload), by)
}

// seal joins the parts of a token, of any bytes, and signs them.
func seal(header, payload []byte, by signer) (string, error) {
	signed := input(header, payload)
	signature, err := by(signed)
	if err != nil {
		return "", err
	}
	return signed + "." + b64.EncodeToString(signature), nil
}

// input is what is signed of a token.
func input(header, payload []byte) string {
	return b64.EncodeToString(header) + "." + b64.EncodeToString(payload)
}

// own signs with the good key.
func (f *forgery) own(input string) ([]byte, error) {
	return signWith(f.key.Algorithm(), f.key.Material(), input)
}

// foreign signs with the key that nobody trusts.
func (f *forgery) foreign(input string) ([]byte, error) {
	k, err := f.stranger()
	if err != nil {
		return nil, err
	}
	return signWith(k.Algorithm(), k.Material(), input)
}

// secret signs with bytes that an HMAC algorithm takes for its secret.
func secret(alg string, bytes []byte) signer {
	return func(input string) ([]byte, error) { return signWith(alg, bytes, input) }
}

// nobody leaves the signature empty.
func nobody(string) ([]byte, error) { return nil, nil }

func signWith(alg string, material any, input string) ([]byte, error) {
	if alg == "Ed25519" { // the same under its name of RFC 9864
		alg = "EdDSA"
	}
	return jwt.GetSigningMethod(alg).Sign(input, material)
}

// object writes an object of members as they are.
func object(members []token.Member) []byte {
	out := []byte{'{'}
	for i, m := range members {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(append(out, quoted(m.Name)+":"...), m.Value...)
	}
	return append(out, '}')
}

// quoted is a JSON string.
func quoted(s string) string {
	text, _ := json.Marshal(s) // any string has a JSON form
	return string(text)
}

func impossible(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrImpossible, fmt.Sprintf(format, args...))
}

// withClaim is a token in which a claim has this value, as JSON.
func withClaim(name, value string) maker {
	return withLongClaim(name, func() string { return value })
}

// withLongClaim is withClaim for a value that is made when it is asked for.
func withLongClaim(name string, value func() string) maker {
	return func(f *forgery) (string, error) {
		f.claim(name, value())
		return f.sign()
	}
}

// withParam is a token whose header has this parameter, as JSON.
func withParam(name, value string) maker {
	return func(f *forgery) (string, error) {
		f.param(name, value)
		return f.sign()
	}
}

func seconds(unix int64) string { return strconv.FormatInt(unix, 10) }
