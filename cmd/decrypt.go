package cmd

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"jotkit/token"
	"jotkit/token/jwe"
)

func newDecrypt(e *env) *cobra.Command {
	from := tokenInput{most: jwe.MaxLength + maxTokenInput}
	var key encryptionInput
	c := &cobra.Command{
		Use:   "decrypt [TOKEN] --key F",
		Short: "Open an encrypted token",
		Long: `Open an encrypted token and print what is in it.

What is in it is not verified: whoever has the public key could
have made it. No store is touched. A token that is for another
key and one that was altered end alike, with 11, so that nobody
learns anything from asking.`,
		Example: `  jotkit decrypt --key private.pem "$T"
  jotkit decrypt --key private.pem "$T" | jotkit verify -
  jotkit decrypt --password-file pass.txt --token-file token.txt`,
		Args: atMost(1),
		RunE: func(c *cobra.Command, args []string) error {
			raw, err := e.token(c.Context(), args, from)
			if err != nil {
				return err
			}
			keys, err := e.encryptionKeys(c.Context(), key)
			if err != nil {
				return err
			}
			opened, err := jwe.Decrypt(raw, keys...)
			if err != nil {
				return decryptHint(err)
			}
			return e.showOpened(opened)
		},
	}
	from.bind(c.Flags())
	key.bind(c, "key", "decrypt with the key in the file `F`: JWK, JWK Set, PEM, OpenSSH")
	return c
}

func decryptHint(err error) error {
	switch {
	case errors.Is(err, token.ErrEmpty): // which has a hint
	case errors.Is(err, token.Malformed):
		return &hintedError{err, "an encrypted token is five parts of base64url with dots between: was it cut off, or is it a signed one, for jotkit verify?"}
	case errors.Is(err, token.AlgorithmRefused):
		return &hintedError{err, "the key decides, not the token; for a key that does not say, --alg names another: the one that it was encrypted with"}
	case errors.Is(err, token.BadSignature):
		return &hintedError{err, "name the key that it was encrypted to with --key, or the password with --password-file"}
	}
	return err
}

// showOpened answers with a token on a line, and with anything else as the bytes that it is.
func (e *env) showOpened(o *jwe.Opened) error {
	e.note("NOT VERIFIED: that it opens says nothing of who made it; jotkit verify tells")
	if e.json {
		return e.printJSON(newOpenedJSON(o))
	}
	if _, err := token.Decode(string(o.Plaintext)); err == nil {
		return e.print(string(o.Plaintext) + "\n")
	}
	return e.printPayload(o.Plaintext)
}

// openedJSON is what was in an encrypted token. Bytes that are no text are there in base64url.
type openedJSON struct {
	Verified bool            `json:"verified"` // false, as with decode
	Header   json.RawMessage `json:"header"`
	Payload  string          `json:"payload"`
	Encoding string          `json:"encoding"` // of the payload: utf-8 or base64url
}

func newOpenedJSON(o *jwe.Opened) openedJSON {
	if utf8.Valid(o.Plaintext) {
		return openedJSON{Header: o.Header, Payload: string(o.Plaintext), Encoding: "utf-8"}
	}
	return openedJSON{Header: o.Header, Payload: base64.RawURLEncoding.EncodeToString(o.Plaintext), Encoding: "base64url"}
}
