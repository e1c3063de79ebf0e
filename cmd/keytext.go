package cmd

import "strings"

// keyTexts are what keys begin with: those of age, seal keys, PEM, JWK.
var keyTexts = []string{"AGE-SECRET-KEY-", "AGE-PLUGIN-", "jotkit-seal-key-1:", "-----BEGIN", `{"`}

// notTheKey refuses a key in the place of the file with one. An error of a file that is not there would show it.
func notTheKey(name string) error {
	for _, begin := range keyTexts {
		if len(name) >= len(begin) && strings.EqualFold(name[:len(begin)], begin) {
			return usagef("put it into a file, and name that; what was on a command line others may have seen, and the shell has kept",
				"a key was given in the place of a file with one")
		}
	}
	return nil
}
