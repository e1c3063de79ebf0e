// Package remote finds the keys of an issuer over HTTP: a JWK Set (RFC 7517) at a URL, or the one that the issuer's
// metadata names (RFC 8414, OpenID Connect Discovery). A [Source] is a token.KeySource.
//
// What it promises: https, and http on loopback alone; no redirect to another host; at most 512 KiB of an answer, and ten
// seconds for everything together; nothing of a token ever in a URL; metadata only of the very issuer that was asked;
// public keys only. A key source that cannot be asked is an error, and never means that a key is unknown.
//
// Answers are kept on disk for as long as their server allows (RFC 9111), at most a day, and checked anew when they are
// read. One past its time is used where [Client.Offline] says so, and nowhere else.
//
// A kid that is not in the set has the issuer asked again, once: keys may have been rotated a moment ago. Where that was
// in vain no other unknown kid has it asked for 30 seconds, in this process or in another with the same cache: kids come
// from strangers, who are not to make us hammer an issuer. A rotation that is found starts no such pause.
//
// A lone key that has no kid is tried for any token, so that another in its place is noticed when the copy is past its
// time, and no sooner.
package remote
