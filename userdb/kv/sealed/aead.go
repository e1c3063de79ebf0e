package sealed

import (
	"crypto/cipher"
	"crypto/rand"
	"encoding/binary"
	"errors"
)

var errSealBroken = errors.New("seal broken")

// additional binds a value to the place it was written to: another record, another store or another schema does not
// open it. All but the name has a fixed length, so no two places give the same bytes.
func additional(schema uint32, store []byte, name string) []byte {
	b := binary.BigEndian.AppendUint32(make([]byte, 0, 4+storeIDSize+len(name)), schema)
	return append(append(b, store...), name...)
}

// sealBytes returns nonce ‖ ciphertext. The nonce is random and of 24 bytes: there is no budget of messages to watch.
func sealBytes(aead cipher.AEAD, plain, additional []byte) []byte {
	sealed := make([]byte, aead.NonceSize(), aead.NonceSize()+len(plain)+aead.Overhead())
	rand.Read(sealed)
	return aead.Seal(sealed, sealed, plain, additional)
}

// openBytes undoes sealBytes. It never returns nil without an error.
func openBytes(aead cipher.AEAD, sealed, additional []byte) ([]byte, error) {
	if len(sealed) < aead.NonceSize() {
		return nil, errSealBroken
	}
	nonce, text := sealed[:aead.NonceSize()], sealed[aead.NonceSize():]
	plain, err := aead.Open(make([]byte, 0, len(text)), nonce, text, additional)
	if err != nil {
		return nil, errSealBroken
	}
	return plain, nil
}
