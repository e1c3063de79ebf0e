// Package lint looks at tokens and keys for what verifies and still should not be so: lives of weeks, claims that are
// nobody's business, secrets that anyone can guess.
//
// It is pure, asks no clock but for certificates, and says nothing about whether a token is genuine. A finding names a rule
// of [Rules], which stays, and a place. It never repeats the claim, kid or secret found there: findings end up in logs.
//
// Rules that go by the shape of a value (mail addresses, card numbers and the like) can be wrong in both directions. They
// leave alone the claims that are random by design, such as jti.
package lint
