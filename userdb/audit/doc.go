// Package audit keeps what happened as chains of events: each line carries a MAC over itself and over the MAC of the
// line before it, and a head record says where the chain begins and ends. A record of its own lists the chains.
//
// Many processes write at once, each to a chain of its own, so that they need not wait for one another's last line.
//
// A chain grows at its end, and gets shorter at its start: [Append] drops what is beyond a limit, and [Prune] what was
// read before; the head says where the chain begins now. A [Reading] with a [Closing] is an export, and an [Archive] shows
// that exports and store are one row of lines.
//
// It promises that a line changed, moved, made up or lost, at the start, in the middle or at the end, and a chain that
// went whole, head and all, are found by [Verify] under the audit key of the store. It cannot see what was put back to an
// earlier moment as a whole: a chain with its head, or the list with all that came after it. The generation of the store
// is the guard there, and an export that reaches beyond it.
package audit
