// Package token signs, decodes and verifies JSON Web Tokens (RFC 7519) in the compact form of RFC 7515.
//
// It is pure: bytes, keys and a clock go in, claims or reasons come out. Nothing here touches a disk or a network.
//
// There is a type for each level of trust. [Decode] gives an [Unverified], which anyone may have written. Only a
// [Verifier] makes a [Claims]. A [Draft] is what its maker means to say, before it is signed. So code that asks for
// *Claims cannot be handed what nobody has checked.
//
// What is refused, always: "none" in any spelling; an algorithm that is not the key's own; a crit or b64 header; duplicate
// member names at any level; invalid UTF-8; base64url with spare bits, padding or line ends; tokens over [MaxLength];
// keys that a token brings along (jwk, jku, x5u, x5c are never read); tokens without exp. No JSON of the payload is read before
// the signature over the received bytes is good.
package token
