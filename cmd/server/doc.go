// Package server is the HTTP face of an authority: people register and log in, services verify, and everybody finds the
// public keys, while the command line works on the same store.
//
// A token is honoured from memory only while nothing has changed in the store: what another process has revoked is refused
// by the next request. Where a change cannot be read the answer is 503, and a second after the store went away as well. A stranger learns nothing from an answer
// but what he sent himself: all tokens that are not good get the same 401, and all logins that fail get the same 401 after
// the same work. No token, password or key is in any line of the log.
//
// Everything that a stranger can ask for is bounded: bodies, headers, connections, times, hashes at once, attempts.
package server
