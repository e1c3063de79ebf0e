package lint

import (
	"regexp"
	"sync"
)

// pattern is an expression that is made when it is first asked for: most commands that have this package in them look for
// nothing.
func pattern(expression string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expression) })
}
