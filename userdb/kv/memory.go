package kv

import (
	"context"
	"sync/atomic"
)

// KeptChanges is how many commits back Changes reaches in the stores of this module.
const KeptChanges = 1000

// Memory is a [Store] that lives and dies with the process: for tests, and as the model of what a store does. A View
// reads a snapshot and keeps nobody waiting.
type Memory struct {
	turn chan struct{} // holds one token while an Update runs
	now  atomic.Pointer[snapshot]
}

// NewMemory makes an empty store at revision 0.
func NewMemory() *Memory {
	m := &Memory{turn: make(chan struct{}, 1)}
	m.now.Store(&snapshot{})
	return m
}

// View runs fn over the state of this moment.
func (m *Memory) View(ctx context.Context, fn func(View) error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return fn(m.now.Load())
}

// Update runs fn, once, and publishes what it wrote.
func (m *Memory) Update(ctx context.Context, fn func(Tx) error) (Rev, error) {
	if ctx.Err() != nil {
		return 0, context.Cause(ctx) // select would flip a coin
	}
	select {
	case m.turn <- struct{}{}:
		defer func() { <-m.turn }()
	case <-ctx.Done():
		return 0, context.Cause(ctx)
	}
	before := m.now.Load()
	o := NewOverlay(before)
	if err := fn(o); err != nil {
		return 0, err
	}
	after := before.with(o)
	m.now.Store(after)
	return after.rev, nil
}

// Rev returns the revision of the last commit.
func (m *Memory) Rev() (Rev, error) { return m.now.Load().rev, nil }
