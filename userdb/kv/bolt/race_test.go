//go:build race

package bolt_test

// raced tells that the race detector runs: what has one goroutine has nothing to find, and takes ten times as long.
const raced = true
