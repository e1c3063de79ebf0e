package authority

import (
	"runtime"
	"runtime/debug"
)

const (
	hashBytes  = 64 << 20 // of one hash, at the usual cost
	spareBytes = 48 << 20 // for what else is made while passwords are hashed
)

// bound limits the memory of the process for as long as passwords are hashed. Small things come to lie in the gap that a
// hash has left, and the next one, which finds no room there, would take as much again: under a limit the gap is given
// back then. It goes by what is alive beside the hashes, which may be a long deny list, for a process that is over its
// limit collects all the time. Whoever calls has a turn, and no hash any more or none yet.
func (g *Gate) bound() {
	var now runtime.MemStats
	runtime.ReadMemStats(&now)
	others := int64(len(g.turns)-1) * hashBytes
	alive := max(int64(now.HeapAlloc)-others, 0)
	debug.SetMemoryLimit(min(g.usualLimit, alive+int64(cap(g.turns))*hashBytes+spareBytes))
}

// unbound lifts the limit when the last hash is done.
func (g *Gate) unbound() { debug.SetMemoryLimit(g.usualLimit) }
