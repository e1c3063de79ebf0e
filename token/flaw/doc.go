// Package flaw makes bad tokens: each is a good one with a single thing wrong with it, and says which verdict a careful
// verifier gives. They are for tests of whoever accepts tokens. It stands apart from package token, which never makes one.
//
// Like that package it is pure: a good token, its key and a clock go in, tokens come out. Names of kinds stay as they are;
// new kinds may come. Where a token points to an address (jku, x5u, a kid), that one ends in .invalid, which nothing
// answers at (RFC 6761 section 6.4).
package flaw
