package cmd

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"jotkit/keyring/remote"
	"jotkit/token"
)

// A publicInput is where an issuer publishes its keys.
type publicInput struct {
	jwks    string // a file or a URL
	issuer  string
	offline bool
}

func (p *publicInput) bind(c *cobra.Command) {
	f := c.Flags()
	f.Var(nonEmpty{&p.jwks}, "jwks", "use the JWK Set `F|URL`: a file, or at an https URL")
	f.Var(nonEmpty{&p.issuer}, "issuer", "use the keys of the issuer at the https `URL`, and expect it")
	f.BoolVar(&p.offline, "offline", false, "ask no network: use the copy of the keys, however old")
}

// remote tells whether the keys are somewhere else than on this machine.
func (p publicInput) remote() bool { return p.issuer != "" || isURL(p.jwks) }

// isURL tells a URL from the name of a file. Which URLs are good is for package remote to say.
func isURL(name string) bool { return strings.Contains(name, "://") }

// expected is what the issuer of a token must be: the one whose keys are asked for, also where --iss allows others. Its
// keys say nothing about their tokens.
func (p publicInput) expected(issuers []string) ([]string, error) {
	switch {
	case p.issuer == "":
		return issuers, nil
	case len(issuers) > 0 && !slices.Contains(issuers, p.issuer):
		return nil, usagef("leave --iss out, or name just the keys with --jwks", "the issuer %q is not one that --iss expects", p.issuer)
	}
	return []string{p.issuer}, nil
}

// remoteKeys asks for keys when the first token wants one.
func (e *env) remoteKeys(k keyInput) (token.KeySource, error) {
	if i := strings.Index(k.issuer, "/.well-known/"); i > 0 {
		return nil, usagef("write --issuer "+k.issuer[:i], "the issuer is the address before /.well-known")
	}
	c := remote.Client{Now: e.now, Proxy: e.proxy, CacheDir: e.keyCache(), Offline: k.offline, Timeout: e.patience, Algorithm: k.alg}
	ask, at := c.JWKS, k.jwks
	if k.issuer != "" {
		ask, at = c.Issuer, k.issuer
	}
	source, err := ask(at)
	if err != nil || !k.offline {
		return source, err
	}
	return &datedKeys{Source: source, note: e.note}, nil
}

// keyCache is the directory for copies of published keys, or "" where there is no home for it.
func (e *env) keyCache() string {
	home := e.cacheHome()
	if home == "" {
		return ""
	}
	return filepath.Join(home, "jotkit", "keys")
}

// datedKeys are keys from a copy. The first time that one is asked for they say how old the copy is.
type datedKeys struct {
	*remote.Source
	note func(format string, args ...any)
	once sync.Once
}

// Key is the Key of the source.
func (d *datedKeys) Key(ctx context.Context, kid string) (*token.Key, error) {
	k, err := d.Source.Key(ctx, kid)
	if at := d.Fetched(); !at.IsZero() {
		d.once.Do(func() { d.note("offline: the keys are from %s", at.Format(time.RFC3339)) })
	}
	return k, err
}
