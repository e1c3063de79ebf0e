package cmd

import (
	"bytes"
	"cmp"
	"context"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"os"

	"jotkit/token"
)

// maxSecret is the most that is read of a secret, in bytes.
const maxSecret = 64 << 10

func encodings() []string { return []string{"base64", "base64url", "hex"} }

// secretKey reads a secret and makes a key of it, for HS256 unless --alg says otherwise.
func (e *env) secretKey(ctx context.Context, k keyInput) (*token.Key, error) {
	secret, info, err := e.readSecret(ctx, k)
	if err != nil {
		return nil, err
	}
	if err := checkPrivate(k.secret, info); err != nil {
		return nil, err
	}
	return token.NewKey("", cmp.Or(k.alg, "HS256"), secret)
}

// readSecret reads a secret out of its file and its encoding. It also says what kind of file that was.
func (e *env) readSecret(ctx context.Context, k keyInput) ([]byte, os.FileInfo, error) {
	data, info, err := e.readKeyFile(ctx, k.secret, maxSecret)
	if err != nil {
		return nil, nil, err
	}
	if len(data) > maxSecret {
		return nil, nil, fmt.Errorf("%w: %q: more than %d KiB", errKeyFile, k.secret, maxSecret>>10)
	}
	if k.encoding == "" && bytes.HasSuffix(data, []byte("\n")) {
		e.warn("the secret in %q ends in a line end, which is part of it: printf writes none, echo does", k.secret)
	}
	secret, err := decodeSecret(data, k.encoding)
	if err != nil {
		return nil, nil, fmt.Errorf("%w: %q is not %s", errKeyFile, k.secret, k.encoding)
	}
	return secret, info, nil
}

// decodeSecret reads the secret out of its encoding, with or without padding and line end.
func decodeSecret(data []byte, encoding string) ([]byte, error) {
	text := string(bytes.TrimSpace(data))
	switch encoding {
	case "base64":
		return base64.RawStdEncoding.Strict().DecodeString(unpadded(text))
	case "base64url":
		return base64.RawURLEncoding.Strict().DecodeString(unpadded(text))
	case "hex":
		return hex.DecodeString(text)
	}
	return data, nil
}

func unpadded(s string) string { return string(bytes.TrimRight([]byte(s), "=")) }
