package cmd

import (
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"jotkit/cmd/authority"
)

func newInit(e *env) *cobra.Command {
	s := authority.DefaultSettings()
	s.Audience = nil
	length := s.MinPasswordLength
	c := &cobra.Command{
		Use:   "init",
		Short: "Make a new store with its first keys",
		Long: `Make a new store with its first keys.

register, mint, serve and the imports make one with the usual settings
when there is none, so this is for settings of your own, and to begin
anew where a store is gone for good.`,
		Example: `  jotkit init
  jotkit init --iss https://id.example --aud api --ttl 10m`,
		Args: atMost(0),
		RunE: func(c *cobra.Command, _ []string) error {
			if len(s.Audience) == 0 {
				s.Audience = authority.DefaultSettings().Audience
			}
			if err := s.Set("min_password_length", strconv.Itoa(length)); err != nil {
				return err
			}
			if err := s.Set("iss", s.Issuer); err != nil {
				return err
			}
			if _, err := e.create(c.Context(), s); err != nil {
				return err
			}
			return e.showSettings(s)
		},
	}
	f := c.Flags()
	f.Var(nonEmpty{&s.Issuer}, "iss", "the issuer `URL` of its tokens")
	f.Var(listValue{&s.Audience}, "aud", "the audience `A` of its tokens")
	bindAlgorithm(f, &s.Algorithm, "the algorithm `A` of its keys")
	f.Var(durationValue{&s.TTL, time.Second}, "ttl", "how long tokens live, `D`")
	f.Var(durationValue{&s.MaxTTL, time.Second}, "max-ttl", "how long any may live, `D`")
	f.Var(durationValue{&s.RefreshTTL, time.Second}, "refresh-ttl", "how long sessions live at most, `D`")
	f.Var(durationValue{&s.RefreshIdle, time.Second}, "refresh-idle", "how long they live unused, `D`")
	f.IntVar(&length, "min-password-length", length, "the least length `N` of a password")
	return c
}
