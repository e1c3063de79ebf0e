package keyring

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"fmt"
	"slices"

	"jotkit/token"
)

// pemKeys is what one PEM file holds, before it is known what belongs together.
type pemKeys struct {
	keys         []any
	certificates []*x509.Certificate
}

// addCertificate keeps a certificate for its key. Neither its signature nor its dates are checked: who names the file
// trusts what is in it.
func (f *pemKeys) addCertificate(der []byte) error {
	c, err := x509.ParseCertificate(der)
	if err != nil {
		return fmt.Errorf("%w: a damaged certificate", ErrNotAKey)
	}
	if err := ofOurKinds(c.PublicKey); err != nil {
		return err
	}
	f.certificates = append(f.certificates, c)
	return nil
}

// file is the keys, each with the certificates that are for it.
func (f *pemKeys) file() (*file, error) {
	materials, err := f.distinct()
	if err != nil {
		return nil, err
	}
	out := withoutNames(materials)
	for i, m := range materials {
		out.keys[i].Certificates = slices.DeleteFunc(slices.Clone(f.certificates), func(c *x509.Certificate) bool {
			return !sameKey(m, c.PublicKey)
		})
	}
	return out, nil
}

// distinct is every key once, a private one rather than its public half. In a chain only the end counts: the keys of
// authorities sign certificates, and must never verify a token. Next to a private key there may be its own certificate,
// but no other.
func (f *pemKeys) distinct() ([]any, error) {
	ends := slices.DeleteFunc(slices.Clone(f.certificates), f.issuedAnother)
	private := slices.ContainsFunc(f.keys, isPrivate)
	all := slices.Clone(f.keys)
	for _, c := range ends {
		own := slices.ContainsFunc(f.keys, func(k any) bool { return sameKey(k, c.PublicKey) })
		if private && !own {
			return nil, fmt.Errorf("%w: the certificate in the file is for another key than the private key", token.ErrKeyMismatch)
		}
		all = append(all, c.PublicKey)
	}
	slices.SortStableFunc(all, privateFirst)
	var out []any
	for _, m := range all {
		if !slices.ContainsFunc(out, func(k any) bool { return sameKey(k, m) }) {
			out = append(out, m)
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("%w: PEM without a key in it", ErrNotAKey)
	}
	return out, nil
}

// issuedAnother tells whether c is the issuer of another certificate in the file.
func (f *pemKeys) issuedAnother(c *x509.Certificate) bool {
	return slices.ContainsFunc(f.certificates, func(other *x509.Certificate) bool {
		return !bytes.Equal(other.RawSubject, c.RawSubject) && bytes.Equal(other.RawIssuer, c.RawSubject)
	})
}

func isPrivate(material any) bool { _, ok := material.(crypto.Signer); return ok }

func privateFirst(a, b any) int {
	switch {
	case isPrivate(a) && !isPrivate(b):
		return -1
	case isPrivate(b) && !isPrivate(a):
		return 1
	}
	return 0
}
