package keyring

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/crypto/ssh"
)

// sshKinds are the kinds of OpenSSH key that are plain public keys. Those of security keys (sk-) sign more than the
// message, and certificates (-cert-v01) are not keys.
var sshKinds = []string{ssh.KeyAlgoRSA, ssh.KeyAlgoECDSA256, ssh.KeyAlgoECDSA384, ssh.KeyAlgoECDSA521, ssh.KeyAlgoED25519}

// looksLikeAuthorizedKeys tells whether the first line that is no comment names a kind of OpenSSH key, perhaps after
// options.
func looksLikeAuthorizedKeys(data []byte) bool {
	for line := range bytes.Lines(data) {
		fields := strings.Fields(string(line[:min(len(line), 4096)]))
		if len(fields) == 0 || strings.HasPrefix(fields[0], "#") {
			continue
		}
		return len(fields) > 1 && slices.ContainsFunc(fields[:len(fields)-1], func(f string) bool {
			return strings.HasPrefix(f, "ssh-") || strings.HasPrefix(f, "ecdsa-sha2-") || strings.HasPrefix(f, "sk-")
		})
	}
	return false
}

// readAuthorizedKeys reads a line at a time, for ssh.ParseAuthorizedKey steps over what it cannot read.
func readAuthorizedKeys(data []byte) (*file, error) {
	var materials []any
	number := 0
	for line := range bytes.Lines(data) {
		number++
		line = bytes.TrimSpace(line)
		if len(line) == 0 || line[0] == '#' {
			continue
		}
		m, err := sshPublic(line)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", number, err)
		}
		if !slices.ContainsFunc(materials, func(k any) bool { return sameKey(k, m) }) {
			materials = append(materials, m)
		}
		if len(materials) > maxKeys {
			return nil, fmt.Errorf("%w: more than %d keys", ErrSet, maxKeys)
		}
	}
	return withoutNames(materials), nil
}

func sshPublic(line []byte) (any, error) {
	k, _, _, _, err := ssh.ParseAuthorizedKey(line)
	if err != nil {
		return nil, fmt.Errorf("%w: a damaged OpenSSH public key", ErrNotAKey)
	}
	if !slices.Contains(sshKinds, k.Type()) {
		return nil, fmt.Errorf("%w: an OpenSSH key of the kind %s", ErrUnsupported, shown(k.Type()))
	}
	plain, ok := k.(ssh.CryptoPublicKey)
	if !ok {
		return nil, fmt.Errorf("%w: an OpenSSH key of the kind %s", ErrUnsupported, shown(k.Type()))
	}
	return plain.CryptoPublicKey(), nil
}
