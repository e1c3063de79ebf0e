package userdb

import (
	"errors"
	"fmt"
)

// Cost is what one Argon2id hash takes (RFC 9106 section 3.1). The zero value stands for [DefaultCost].
type Cost struct {
	Memory  uint32 `json:"memory"` // KiB, at most 256 MiB
	Time    uint32 `json:"time"`   // passes, at most 10
	Threads uint8  `json:"threads"`
}

// DefaultCost is the second recommended option of RFC 9106 section 4.
var DefaultCost = Cost{Memory: 64 * 1024, Time: 3, Threads: 4}

// ErrCost comes back when a Cost is out of bounds.
var ErrCost = errors.New("hashing cost out of bounds")

// The bounds hold for stored hashes too: a record that asks for 4 GiB must not become a memory bomb at the next login.
const (
	maxMemory  = 256 * 1024
	maxTime    = 10
	maxThreads = 8
)

// Check returns ErrCost when an Argon2id hash cannot, or must not, be made at this cost.
func (c Cost) Check() error {
	c = c.orDefault()
	switch {
	case c.Threads < 1 || c.Threads > maxThreads:
		return fmt.Errorf("%w: %d threads, want 1 to %d", ErrCost, c.Threads, maxThreads)
	case c.Time < 1 || c.Time > maxTime:
		return fmt.Errorf("%w: %d passes, want 1 to %d", ErrCost, c.Time, maxTime)
	case c.Memory < 8*uint32(c.Threads) || c.Memory > maxMemory:
		return fmt.Errorf("%w: %d KiB, want %d to %d", ErrCost, c.Memory, 8*uint32(c.Threads), maxMemory)
	}
	return nil
}

func (c Cost) orDefault() Cost {
	if c == (Cost{}) {
		return DefaultCost
	}
	return c
}
