// Package keyring reads and writes keys, and keeps signing keys over time. It is pure: bytes and a clock go in, keys and
// bytes come out. Nothing here touches a disk or a network.
//
// [Parse] tells by the bytes themselves what it was given: a JWK, a JWK Set, PEM, an OpenSSH private key or lines of
// authorized_keys. Every key it returns was checked by package token, and private halves were compared with their public
// ones. What it refuses, always: JSON with duplicate member names, invalid UTF-8 or anything after the end; base64url
// with padding, spare bits or line ends; numbers that are not in their one exact form; keys meant for something else than
// signatures; sets in which a kid stands twice or is missing, or in which secrets lie next to public keys. What a key
// brings along to be fetched or trusted (jku, x5u, x5c) is never looked at. [Read] is the same reader for keys that are not
// for signatures.
//
// A [Ring] is the signing keys of one issuer: the next one, already published; the active one, which signs; and those
// that only verify. It is changed by Rotate, ReplaceNext, Revoke, Import and Prune, and kept as a JWK Set whose lifecycle
// members (iat, nbf, exp, revoked) are those registered by OpenID Federation 1.0. Stored rings stay readable by later
// versions of this package.
package keyring
