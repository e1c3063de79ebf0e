// Package audit keeps what happened as chains of events: each line carries a MAC over itself and over the MAC of the
// line before it, and a head record says where the chain begins and ends.
//
// Many processes write at once, each to a chain of its own, so that they need not wait for one another's last line.
//
// It promises that a line changed, moved, made up or lost, at the start, in the middle or at the end, is found by
// [Verify] under the audit key of the store. It cannot see that a chain went whole, head and all, nor that head and
// lines were both put back to an earlier moment.
package audit
