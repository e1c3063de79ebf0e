//go:build !unix

package server

// mostConnections is how many connections there may be at once: further ones wait.
func mostConnections() int { return usualConnections }
