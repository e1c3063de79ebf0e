package cmd

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"os"
	"strconv"
	"strings"

	"github.com/golang-jwt/jwt/v5"
	"github.com/rogpeppe/go-internal/testscript"

	"jotkit/keyring"
)

// forge NAME METHOD KEYFILE HEADER PAYLOAD signs any bytes and puts the token into the variable NAME. HEADER and PAYLOAD may
// hold Go escapes. HMAC methods take the bytes of the file, whatever they are; "none" makes an empty signature.
func cmdForge(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 5 {
		ts.Fatalf("usage: forge NAME METHOD KEYFILE HEADER PAYLOAD")
	}
	var parts []string
	for _, arg := range args[3:] {
		text, err := strconv.Unquote(`"` + strings.ReplaceAll(arg, `"`, `\"`) + `"`)
		ts.Check(err)
		parts = append(parts, base64.RawURLEncoding.EncodeToString([]byte(text)))
	}
	input := strings.Join(parts, ".")
	var signature []byte
	if args[1] != "none" {
		var err error
		signature, err = jwt.GetSigningMethod(args[1]).Sign(input, forgeKey(ts, args[1], args[2]))
		ts.Check(err)
	}
	ts.Setenv(args[0], input+"."+base64.RawURLEncoding.EncodeToString(signature))
}

func forgeKey(ts *testscript.TestScript, method, file string) any {
	data := []byte(ts.ReadFile(file))
	if strings.HasPrefix(method, "HS") {
		return data
	}
	block, _ := pem.Decode(data)
	if block == nil {
		keys, err := keyring.Parse(data, keyring.ParseOptions{})
		ts.Check(err)
		return keys[0].Material()
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes) // also those that are too weak for keyring
	ts.Check(err)
	return key
}

// newkey FILE KIND makes a key: FILE holds its private half, FILE.pub its public one.
func cmdNewKey(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: newkey FILE p256|p384|ed25519|rsa1024|rsa2048")
	}
	var key crypto.Signer
	var err error
	switch args[1] {
	case "p256":
		key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	case "p384":
		key, err = ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	case "ed25519":
		_, key, err = ed25519.GenerateKey(rand.Reader)
	case "rsa1024":
		key, err = rsa.GenerateKey(rand.Reader, 1024)
	case "rsa2048":
		key, err = rsa.GenerateKey(rand.Reader, 2048)
	default:
		ts.Fatalf("unknown kind %q", args[1])
	}
	ts.Check(err)
	private, err := x509.MarshalPKCS8PrivateKey(key)
	ts.Check(err)
	public, err := x509.MarshalPKIXPublicKey(key.Public())
	ts.Check(err)
	name := ts.MkAbs(args[0])
	write := func(name, kind string, der []byte) {
		ts.Check(os.WriteFile(name, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600))
	}
	write(name, "PRIVATE KEY", private)
	write(name+".pub", "PUBLIC KEY", public)
}

// lastchar NAME puts the token in the variable NAME into it again with its last character changed, in the bits that count
// least.
func cmdLastChar(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: lastchar NAME")
	}
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	raw := ts.Getenv(args[0])
	i := strings.IndexByte(alphabet, raw[len(raw)-1])
	ts.Setenv(args[0], raw[:len(raw)-1]+string(alphabet[i^1]))
}
