package cmd

import (
	"fmt"
	"strconv"
)

// maxCount is the most of anything that is made at once.
const maxCount = 1_000_000

// countValue is a flag that takes a number from 1 on.
type countValue struct{ to *int }

func (v countValue) String() string { return "" }
func (v countValue) Type() string   { return "N" }

func (v countValue) Set(s string) error {
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 || n > maxCount {
		return fmt.Errorf("not a number from 1 to %d", maxCount)
	}
	*v.to = n
	return nil
}
