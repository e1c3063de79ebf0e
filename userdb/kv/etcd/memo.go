//go:build etcd

package etcd

import "sync"

// A memo has the answers to questions that were asked already.
type memo[Q comparable, A any] struct {
	mu  sync.Mutex
	had map[Q]func() (A, error)
}

// once asks, or returns what came of it before. Who asks the same meanwhile waits for the answer.
func (m *memo[Q, A]) once(q Q, ask func() (A, error)) (A, error) {
	m.mu.Lock()
	answer := m.had[q]
	if answer == nil {
		answer = m.set(q, sync.OnceValues(ask))
	}
	m.mu.Unlock()
	return answer()
}

// put has an answer to a question that was not asked.
func (m *memo[Q, A]) put(q Q, a A) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.set(q, func() (A, error) { return a, nil })
}

func (m *memo[Q, A]) set(q Q, answer func() (A, error)) func() (A, error) {
	if m.had == nil {
		m.had = map[Q]func() (A, error){}
	}
	m.had[q] = answer
	return answer
}
