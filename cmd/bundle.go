package cmd

import (
	"context"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"jotkit/cmd/authority"
)

func newBundle(e *env) *cobra.Command {
	return group("bundle", "Take keys and revocations to verify elsewhere",
		newBundleExport(e), newBundleInspect(e))
}

func newBundleExport(e *env) *cobra.Command {
	var out string
	ttl := authority.DefaultBundleTTL
	c := &cobra.Command{
		Use:   "export",
		Short: "Write the public keys and what is revoked, signed",
		Long: `Write the public keys and what is revoked, signed.

With the file, jotkit verify --bundle says what the store would
say, where there is no store and no network. It does not know
what is revoked later: make a new one often, and have verify
insist with --max-bundle-age. It holds no secret. Whoever has it
can guess an id or a name, and find out whether it is revoked.`,
		Example: `  jotkit bundle export --out bundle.jot
  jotkit bundle export --ttl 2h > bundle.jot`,
		Args: atMost(0),
		RunE: func(c *cobra.Command, _ []string) error {
			a, err := e.changing(c.Context())
			if err != nil {
				return err
			}
			data, made, err := a.ExportBundle(c.Context(), ttl)
			if err != nil {
				return err
			}
			return e.deliverBundle(c.Context(), data, made, out)
		},
	}
	c.Flags().Var(nonEmpty{&out}, "out", "write to the file `F`, for you alone to read")
	c.Flags().Var(durationValue{&ttl, time.Second}, "ttl", "good for `D`, at most 7d")
	return c
}

// deliverBundle writes a bundle to stdout or into a file. With --json the answer tells what is in it, and has the bundle
// itself as a member where no file was named.
func (e *env) deliverBundle(ctx context.Context, data []byte, made *authority.Bundle, out string) error {
	if out == "" && !e.json {
		return e.print(string(data))
	}
	about := e.newBundleJSON(made)
	if out == "" {
		about.Bundle = string(data)
	} else if err := e.writeFile(ctx, out, data); err != nil || !e.json {
		return err
	}
	return e.printJSON(about)
}

// bundleJSON is what a bundle says of itself, for scripts.
type bundleJSON struct {
	ID          string    `json:"jti"`
	Signer      string    `json:"signer"`
	Issuer      string    `json:"iss"`
	Audience    []string  `json:"aud"`
	Created     time.Time `json:"created"`
	Expires     time.Time `json:"expires"`
	Stale       bool      `json:"stale"` // past its end
	Keys        int       `json:"keys"`
	RevokedKeys int       `json:"revoked_keys"`
	Revocations int       `json:"revocations"`
	Bundle      string    `json:"bundle,omitempty"`
}

func (e *env) newBundleJSON(b *authority.Bundle) bundleJSON {
	return bundleJSON{
		ID: b.ID, Signer: b.Signer, Issuer: b.Issuer, Audience: b.Audience,
		Created: b.IssuedAt, Expires: b.ExpiresAt, Stale: !e.now().Before(b.ExpiresAt),
		Keys: len(b.Keys), RevokedKeys: len(b.Revoked), Revocations: b.Denied(),
	}
}

func (b bundleJSON) rows() [][]string {
	rows := [][]string{{"signer", b.Signer}, {"iss", b.Issuer}}
	for _, a := range b.Audience {
		rows = append(rows, []string{"aud", a})
	}
	return append(rows, [][]string{
		{"jti", b.ID},
		{"created", b.Created.Format(time.RFC3339)},
		{"expires", b.Expires.Format(time.RFC3339)},
		{"keys", strconv.Itoa(b.Keys)},
		{"revoked keys", strconv.Itoa(b.RevokedKeys)},
		{"revocations", strconv.Itoa(b.Revocations)},
	}...)
}
