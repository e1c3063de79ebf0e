//go:build !race

package bolt_test

// raced tells that the race detector runs.
const raced = false
