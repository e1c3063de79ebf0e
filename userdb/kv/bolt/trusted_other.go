//go:build !linux && !darwin

package bolt

// trusted has no way to ask here.
func trusted(string) error { return nil }
