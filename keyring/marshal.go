package keyring

import (
	"crypto/x509"
	"encoding/pem"
	"fmt"

	"jotkit/token"
)

// MarshalJWK writes one key as a JWK: kty, use, alg and kid first, then the public members, then, if asked for, the
// private ones. A key without an id gets its thumbprint for kid. ErrNoPublicForm comes back for a symmetric key that is
// not to be shown whole, token.ErrCannotSign for a private half that is not there.
func MarshalJWK(k *token.Key, private bool) ([]byte, error) {
	switch {
	case !private && k.Symmetric():
		return nil, fmt.Errorf("%w: %v", ErrNoPublicForm, k)
	case private && !k.CanSign():
		return nil, fmt.Errorf("%w: %v", token.ErrCannotSign, k)
	}
	if err := checkWritable(k); err != nil && private {
		return nil, err
	}
	var w writer
	w.key(k, private)
	return w.done()
}

// MarshalJWKS writes keys as a JWK Set, in the order given. Without private, symmetric keys are left out and nothing but
// public members is written; with it, keys that have no private half stand there with their public one.
func MarshalJWKS(keys []*token.Key, private bool) ([]byte, error) {
	var w writer
	w.openSet()
	for _, k := range keys {
		if k.Symmetric() && !private {
			continue
		}
		if err := checkWritable(k); err != nil && private {
			return nil, err
		}
		w.next()
		w.key(k, private && k.CanSign())
		w.close()
	}
	w.closeArray()
	return w.done()
}

// MarshalPEM writes one key as SPKI ("PUBLIC KEY"), or with private as PKCS #8 ("PRIVATE KEY"). PEM has no place for kid
// and algorithm. ErrNoPublicForm comes back for any symmetric key,
// token.ErrCannotSign for a private half that is not there.
func MarshalPEM(k *token.Key, private bool) ([]byte, error) {
	switch {
	case k.Symmetric():
		return nil, fmt.Errorf("%w, nor one in PEM: %v", ErrNoPublicForm, k)
	case private && !k.CanSign():
		return nil, fmt.Errorf("%w: %v", token.ErrCannotSign, k)
	}
	if private {
		if err := checkWritable(k); err != nil {
			return nil, err
		}
		der, err := x509.MarshalPKCS8PrivateKey(k.Material())
		return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), err
	}
	der, err := x509.MarshalPKIXPublicKey(k.Public().Material())
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}), err
}
