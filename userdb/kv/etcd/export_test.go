//go:build etcd

package etcd

import "slices"

// Waiting is how many Updates of this process wait for their turn.
func Waiting(s *Store) int {
	s.jobs.mu.Lock()
	defer s.jobs.mu.Unlock()
	return len(s.jobs.waiting)
}

// Tried is the names that Floor tries first.
func Tried(s *Store) []string {
	s.far.mu.Lock()
	defer s.far.mu.Unlock()
	return slices.Clone(s.far.names)
}

// TryFirst has Floor try a name first.
func TryFirst(s *Store, name string) { s.far.keep(name) }
