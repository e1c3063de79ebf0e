package keyring

import (
	"bytes"
	"strings"
)

// WhatItIs guesses at bytes that are no key, so that the person sees which file or page was named by mistake. It shows
// nothing of them.
func WhatItIs(data []byte) string {
	start := strings.ToLower(string(data[:min(len(data), 256)]))
	switch {
	case len(data) == 0:
		return "nothing in it"
	case strings.HasPrefix(start, "<!doctype html"), strings.HasPrefix(start, "<html"):
		return "an HTML page"
	case strings.HasPrefix(start, "<"):
		return "an XML document"
	case strings.HasPrefix(start, "["):
		return "a JSON array, and a JWK Set is an object with \"keys\""
	case strings.HasPrefix(start, "putty-user-key-file"):
		return "a PuTTY key; export it in the OpenSSH format"
	case strings.HasPrefix(start, "---- begin ssh2"):
		return "an SSH2 key (RFC 4716); convert it to PEM with ssh-keygen"
	case bytes.HasPrefix(data, []byte{0x30, 0x82}), bytes.HasPrefix(data, []byte{0x30, 0x81}):
		return "binary DER; convert it to PEM with openssl"
	case compactParts(data) == 3:
		return "a token"
	case compactParts(data) == 5:
		return "an encrypted token"
	case bytes.IndexByte(data, 0) >= 0:
		return "a binary file"
	}
	return "neither JSON nor PEM nor an OpenSSH key"
}

// whatJSONItIs does the same for a JSON object that is neither a JWK nor a set.
func whatJSONItIs(o object) string {
	switch {
	case o.has("jwks_uri"):
		return "an issuer's metadata; the keys are at its jwks_uri"
	case o.has("access_token"):
		return "a token response"
	case o.has("ciphertext"):
		return "an encrypted key"
	case o.has("payload") || o.has("signatures"):
		return "a token"
	case o.has("private_key"):
		return "a service account file; the key is its member \"private_key\""
	}
	return "a JSON object without \"kty\" or \"keys\""
}

// compactParts counts the parts of what may be a token in the compact form (RFC 7515, RFC 7516), and is 0 for what cannot.
func compactParts(data []byte) int {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	if bytes.HasPrefix(data, []byte(".")) || len(bytes.Trim(data, alphabet+".")) > 0 {
		return 0
	}
	return bytes.Count(data, []byte(".")) + 1
}
