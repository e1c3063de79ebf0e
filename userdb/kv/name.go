package kv

import (
	"errors"
	"fmt"
)

// MaxName is the length of the longest name, in bytes.
const MaxName = 1024

// ErrName comes back from a write to a name that no store keeps: the empty one, or one longer than [MaxName].
var ErrName = errors.New("name that cannot be kept")

// CheckName tells whether name can be written, with ErrName when it cannot.
func CheckName(name string) error {
	if len(name) == 0 || len(name) > MaxName {
		return fmt.Errorf("%w: %d bytes long, 1 to %d are", ErrName, len(name), MaxName)
	}
	return nil
}
