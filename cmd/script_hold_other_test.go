//go:build !unix

package cmd

// holdStore is for the scripts that run on unix alone.
func holdStore() {}

func stopSelf() { panic("not on this system") }
