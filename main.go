// Jotkit makes, reads, verifies and revokes JSON Web Tokens.
package main

import (
	"os"

	"jotkit/cmd"
)

func main() { os.Exit(cmd.Main()) }
