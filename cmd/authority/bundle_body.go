package authority

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"jotkit/keyring"
	"jotkit/token"
	"jotkit/userdb"
)

// bundleBody is a bundle but for its first line. All members have to be there but revoked_keys, and no others: what an
// older reader does not know could be what a token is to be refused for.
type bundleBody struct {
	Version  int            `json:"version"`
	Audience []string       `json:"aud"`
	Keys     jsontext.Value `json:"keys"`                  // a JWK Set
	Revoked  jsontext.Value `json:"revoked_keys,omitzero"` // another, apart so that nobody takes them for good ones
	DenyKey  userdb.DenyKey `json:"deny_key"`
	Denied   []byte         `json:"denied"` // see userdb.DenyList.Bytes
}

const bundleVersion = 1

// maxQuotes bounds the texts and member names of a bundle, by the marks around them. A sound one has few, and a long deny
// list. Taken apart, what else there is room for in MaxBundle would be gigabytes in memory, and anybody can make such a
// file: it has to be read before its signature can be checked.
const maxQuotes = 1 << 18

// body writes what a bundle says of this state. Secrets that verify are not for others to have: tokens of theirs have an
// unknown key.
func (s state) body(list *userdb.DenyList) (_ []byte, err error) {
	b := bundleBody{Version: bundleVersion, Audience: s.settings.Audience, DenyKey: list.Key(), Denied: list.Bytes()}
	var good, revoked []*token.Key
	for _, e := range s.ring.Entries() {
		key, err := s.ring.Key(context.Background(), e.KID)
		switch {
		case err != nil:
			return nil, err
		case key.Symmetric():
		case e.State == keyring.Revoked:
			revoked = append(revoked, key)
		default:
			good = append(good, key)
		}
	}
	if b.Keys, err = keyring.MarshalJWKS(good, false); err != nil {
		return nil, err
	}
	if len(revoked) > 0 {
		if b.Revoked, err = keyring.MarshalJWKS(revoked, false); err != nil {
			return nil, err
		}
	}
	return json.Marshal(b)
}

// readBody reads what body wrote. Its errors are for the caller to name.
func (b *Bundle) readBody(data []byte) error {
	if bytes.Count(data, []byte(`"`)) > maxQuotes {
		return errors.New("it has more parts than any bundle")
	}
	var body bundleBody
	if err := json.Unmarshal(data, &body, json.RejectUnknownMembers(true)); err != nil {
		return errors.New("its contents are not what a bundle holds")
	}
	if body.Version != bundleVersion {
		return fmt.Errorf("it has the form %d, and %d is known here", body.Version, bundleVersion)
	}
	if b.Audience = body.Audience; len(b.Audience) == 0 || slices.Contains(b.Audience, "") {
		return errors.New("it does not say for whom tokens are")
	}
	var err error
	if b.denied, err = userdb.ParseDenyList(body.DenyKey, body.Denied); err != nil {
		return errors.New("its deny list is damaged") // err would say that of the store
	}
	return b.readKeys(body)
}

func (b *Bundle) readKeys(body bundleBody) (err error) {
	if b.Keys, err = publicKeys(body.Keys); err != nil {
		return err
	}
	if body.Revoked != nil {
		if b.Revoked, err = publicKeys(body.Revoked); err != nil {
			return err
		}
	}
	for _, k := range b.Revoked { // or tokens of theirs would be good
		if _, denied, err := b.denied.Denied(userdb.KindKey, k.ID()); err != nil || !denied {
			return fmt.Errorf("it has the revoked key %q and does not deny it", k.ID())
		}
	}
	b.all, err = newByName(slices.Concat(b.Keys, b.Revoked))
	return err
}

func publicKeys(set []byte) ([]*token.Key, error) {
	return keyring.Parse(set, keyring.ParseOptions{Published: true})
}

// sumOf is what the first line of a bundle says of the rest.
func sumOf(body []byte) string {
	sum := sha256.Sum256(body)
	return base64.RawURLEncoding.EncodeToString(sum[:])
}
