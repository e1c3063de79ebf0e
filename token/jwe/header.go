package jwe

import (
	"cmp"
	"crypto/ecdsa"
	"crypto/elliptic"
	"fmt"
	"slices"
	"strconv"

	"jotkit/token"
)

// Bounds of the parameters from which a password is turned into a key (RFC 7518 section 4.8.1).
const (
	minIterations = 1_000
	maxIterations = 1_000_000 // where go-jose stops, too; a token may not choose how long its reader is busy (CVE-2023-49290)
	minSalt       = 8
	maxSalt       = 256
)

// header is the protected header of an encrypted token (RFC 7516 section 4).
type header struct {
	object
	alg, enc, kid string
}

// readHeader reads a header and refuses what no key could make good.
func readHeader(raw []byte) (*header, error) {
	o, err := readObject(raw)
	if err != nil {
		return nil, fmt.Errorf("%w: the header: %w", token.Malformed, err)
	}
	h := &header{object: o}
	for _, want := range []struct {
		name string
		to   *string
	}{{"alg", &h.alg}, {"enc", &h.enc}, {"kid", &h.kid}} {
		if *want.to, err = o.text(want.name); err != nil {
			return nil, fmt.Errorf("%w: the header: %w", token.Malformed, err)
		}
	}
	switch {
	case h.alg == "" || h.enc == "":
		return nil, fmt.Errorf("%w: the header: no alg or no enc", token.Malformed)
	case o.has("crit"):
		return nil, fmt.Errorf("%w: the header: crit, and there is no extension here that must be understood", token.Malformed)
	case o.has("zip"): // a few bytes inflate to a thousand times as many (CVE-2024-28180), and lengths tell of contents
		return nil, fmt.Errorf("%w: zip, and compressed contents are not opened", token.AlgorithmRefused)
	}
	return h, nil
}

// content finds the algorithm of the contents among those of the key.
func (h *header) content(k *Key) (*content, error) {
	for _, c := range k.contents() {
		if c.name == h.enc {
			return c, nil
		}
	}
	return nil, fmt.Errorf("%w: enc is %.64q, which is not one for this key", token.AlgorithmRefused, h.enc)
}

// checkParameters looks at what the algorithm of the key takes from the header.
func (h *header) checkParameters(k *Key) error {
	switch k.alg.family {
	case familyEC:
		return cmp.Or(h.checkEphemeral(k), h.checkInfo())
	case familyPassword:
		return h.checkPassword()
	}
	return nil
}

// checkEphemeral looks at the sender's key. On another curve, or beside it, each answer would give away some of the private
// key: the invalid curve attack (RFC 8725 section 3.4).
func (h *header) checkEphemeral(k *Key) error {
	own, _ := k.public().(*ecdsa.PublicKey)
	epk, err := readObject(h.object["epk"])
	if err != nil {
		return fmt.Errorf("%w: the header: an epk that is no public key", token.Malformed)
	}
	if !epk.onCurve(own.Curve) {
		return fmt.Errorf("%w: the header: an epk that is no point on the curve %s", token.Malformed, own.Curve.Params().Name)
	}
	return nil
}

// onCurve tells whether the object is a public JWK with a point on that curve, spelled in the one way (RFC 7518 section
// 6.2.1). go-jose reads the same members once more.
func (o object) onCurve(curve elliptic.Curve) bool {
	kty, _ := o.text("kty")
	crv, _ := o.text("crv")
	x, wrongX := o.octets("x")
	y, wrongY := o.octets("y")
	size := (curve.Params().BitSize + 7) / 8
	if wrongX != nil || wrongY != nil || len(x) != size || len(y) != size {
		return false
	}
	_, err := ecdsa.ParseUncompressedPublicKey(curve, slices.Concat([]byte{4}, x, y))
	return err == nil && kty == "EC" && crv == curve.Params().Name && !o.has("d")
}

func (h *header) checkInfo() error {
	for _, name := range []string{"apu", "apv"} {
		if _, err := h.octets(name); err != nil {
			return fmt.Errorf("%w: the header: %w", token.Malformed, err)
		}
	}
	return nil
}

func (h *header) checkPassword() error {
	salt, err := h.octets("p2s")
	if err != nil || len(salt) < minSalt || len(salt) > maxSalt {
		return fmt.Errorf("%w: the header: a p2s that is not base64url of %d to %d bytes", token.Malformed, minSalt, maxSalt)
	}
	count, err := strconv.ParseUint(string(h.object["p2c"]), 10, 64)
	switch {
	case err != nil:
		return fmt.Errorf("%w: the header: a p2c that is no whole number", token.Malformed)
	case count < minIterations || count > maxIterations:
		return fmt.Errorf("%w: p2c is %d, and %d to %d are accepted", token.AlgorithmRefused, count, minIterations, maxIterations)
	}
	return nil
}
