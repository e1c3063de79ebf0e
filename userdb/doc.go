// Package userdb keeps people, their roles and sessions, the slow-down of password guessing, and what has been revoked.
//
// Every function works on a kv.Reader, kv.View or kv.Tx of the caller, so that a change and its audit line commit
// together. Nothing here opens a transaction, prints, or reads a clock: now is a parameter. Hashing a password takes a
// [Hasher] and never a transaction, for others wait as long as one is open.
//
// It promises that what a verdict refuses for cannot get lost unseen: the deny list covers the whole space of digests
// at all times, and a hole in it is kv.ErrDamaged, never "not denied". A missing user, role or session can only ever refuse.
//
// Times are UTC and whole seconds unless said.
package userdb
