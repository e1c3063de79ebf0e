package lint

import (
	"regexp"
	"sync"
)

// A pattern is an expression that is compiled when it is first asked for: most commands that have this package in them look
// for nothing.
type pattern struct {
	expression string
	once       sync.Once
	compiled   *regexp.Regexp
}

func (p *pattern) regexp() *regexp.Regexp {
	p.once.Do(func() { p.compiled = regexp.MustCompile(p.expression) })
	return p.compiled
}

func (p *pattern) matches(text string) bool { return p.regexp().MatchString(text) }
