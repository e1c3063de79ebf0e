// Package jwe encrypts signed tokens to a key and opens encrypted ones: nested JWTs (RFC 7519 section 5.2) in the compact
// form of JWE (RFC 7516). The cryptography is go-jose's; what may reach it is decided here.
//
// An encrypted token is no proof of anything: whoever has the public key can make one. What [Decrypt] returns is to be
// verified like any other token.
//
// A [Key] is bound to exactly one key management algorithm (RFC 8725 section 3.1), and a token that names another is
// refused: RSA-OAEP-256, ECDH-ES, ECDH-ES+A128KW, ECDH-ES+A256KW, A128KW, A256KW, dir, PBES2-HS256+A128KW,
// PBES2-HS384+A192KW and PBES2-HS512+A256KW, with the contents under A128GCM, A256GCM, A128CBC-HS256 or A256CBC-HS512.
//
// Key files are read by package keyring, for all that makes keys; [Check] decides which of theirs are for encryption.
//
// What is refused, always: RSA1_5 and RSA-OAEP with SHA-1; zip, for what it inflates to; a crit header; a p2c outside 1,000
// to 1,000,000; parts that are not just as long as their algorithm makes them; an ephemeral key off the curve; duplicate
// member names; base64url with spare bits, padding or line ends; tokens over [MaxLength]. Keys that a token brings along
// (jwk, jku, x5u, x5c) are never used.
//
// All that can go wrong once a secret is in play is one error with one text, token.BadSignature: an answer that told a
// wrong padding from a wrong tag would let a stranger decrypt by asking (RFC 7516 section 11.5). The other reasons come
// from what everybody can see of a token, before a secret is touched.
package jwe
