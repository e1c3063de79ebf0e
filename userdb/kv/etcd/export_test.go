//go:build etcd

package etcd

// Waiting is how many Updates of this process wait for their turn.
func Waiting(s *Store) int {
	s.jobs.mu.Lock()
	defer s.jobs.mu.Unlock()
	return len(s.jobs.waiting)
}
