package cmd

import (
	"time"

	"github.com/spf13/cobra"

	"jotkit/cmd/authority"
)

func newRotate(e *env) *cobra.Command {
	var r authority.RotateRequest
	c := &cobra.Command{
		Use:   "rotate",
		Short: "Let the next key sign, safe at any moment",
		Long: `Let the next key sign, safe at any moment.

The next key has been published before, so verifiers know it;
the old one goes on verifying until its last token has expired.
With --alg the waiting key is replaced by one for another
algorithm, and signs after the rotation that follows.`,
		Example: `  jotkit rotate
  jotkit rotate --if-older-than 30d
  jotkit rotate --alg RS256`,
		Args: atMost(0),
		RunE: func(c *cobra.Command, _ []string) error {
			if r.Now && r.Algorithm == "" {
				return usagef("jotkit rotate alone lets the next key sign at once", "--now without --alg")
			}
			open := e.writing
			if r.DryRun {
				open = e.reading
			}
			a, err := open(c.Context())
			if err != nil {
				return err
			}
			changed, entries, err := a.Rotate(c.Context(), r)
			if err != nil {
				return err
			}
			e.noteRotation(changed, r)
			return e.showRotation(changed, newKeysJSON(entries))
		},
	}
	bindAlgorithm(c.Flags(), &r.Algorithm, "make the next key one for the algorithm `A`")
	c.Flags().BoolVar(&r.Now, "now", false, "with --alg: let it sign at once, before verifiers know it")
	c.Flags().Var(durationValue{&r.IfOlderThan, time.Second}, "if-older-than", "only where the key has signed for `D`")
	c.Flags().BoolVar(&r.DryRun, "dry-run", false, "only say what would change")
	return c
}

func (e *env) noteRotation(changed bool, r authority.RotateRequest) {
	switch {
	case !changed:
		e.note("nothing to do: the key has signed for less than %s", formatDuration(r.IfOlderThan))
	case r.DryRun:
		e.note("nothing was changed; this is how it would be")
	case r.Algorithm != "" && !r.Now:
		e.note("a key for %s waits now, and signs after the next rotation", r.Algorithm)
	case r.Now:
		e.note("verifiers that keep a copy of the keys must fetch them again")
	}
}

func (e *env) showRotation(changed bool, keys []keyJSON) error {
	if e.json {
		return e.printJSON(struct {
			Rotated bool      `json:"rotated"`
			Keys    []keyJSON `json:"keys"`
		}{changed, keys})
	}
	return list(e, keys, keyHeadings(), keyJSON.row)
}
