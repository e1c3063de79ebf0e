package token

import "slices"

// A Reason names why a token was refused. It is an error, so that callers can branch on it:
//
//	if errors.Is(err, token.Expired) { … }
type Reason string

// The reasons, worst first: where several hold, the first of them is the verdict.
const (
	Malformed        Reason = "malformed"         // not a token of this kind
	AlgorithmRefused Reason = "algorithm_refused" // none, not the key's algorithm, or a key too weak to verify with
	BadSignature     Reason = "bad_signature"     // the signature is wrong or the key unknown
	Revoked          Reason = "revoked"           // the token, its session, user or key was revoked
	Expired          Reason = "expired"           // exp has passed
	NotYetValid      Reason = "not_yet_valid"     // nbf or iat lies in the future
	ClaimMismatch    Reason = "claim_mismatch"    // iss, aud, typ, scope, role, a required claim or the age is not as expected
	TooLittleLife    Reason = "too_little_life"   // exp comes sooner than asked for
)

var worstFirst = []Reason{
	Malformed, AlgorithmRefused, BadSignature, Revoked, Expired, NotYetValid, ClaimMismatch, TooLittleLife,
}

// Error is the reason's name.
func (r Reason) Error() string { return string(r) }

// Worse tells whether r decides where both r and other hold. "" is no reason, and better than any.
func (r Reason) Worse(other Reason) bool {
	return r != "" && (other == "" || slices.Index(worstFirst, r) < slices.Index(worstFirst, other))
}
