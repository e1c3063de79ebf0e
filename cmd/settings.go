package cmd

import (
	"strings"
	"time"

	"github.com/spf13/cobra"

	"jotkit/cmd/authority"
)

func newSettings(e *env) *cobra.Command {
	c := &cobra.Command{
		Use:   "settings",
		Short: "Show or change the settings of the store",
		Long: `Show or change the settings of the store.

  iss, aud             issuer and audience of its tokens
  alg                  algorithm of the next key
  ttl, max_ttl         life of an access token: usual, longest
  refresh_ttl          life of a session, from its login
  refresh_idle         and from its last refresh
  min_password_length  in characters
  login_delay          on: failed logins make the next ones wait
  audit_keep           lines that a chain of the audit keeps at
                       most, from 1000 on; off: all of them`,
		Example: "  jotkit settings\n  jotkit settings set ttl=10m login_delay=off",
		Args: func(c *cobra.Command, args []string) error {
			if len(args) > 0 {
				return bare(c, args)
			}
			return nil
		},
		RunE: func(c *cobra.Command, _ []string) error {
			a, err := e.reading(c.Context())
			if err != nil {
				return err
			}
			s, err := a.Settings(c.Context())
			if err != nil {
				return err
			}
			return e.showSettings(s)
		},
	}
	c.AddCommand(newSettingsSet(e))
	return c
}

func newSettingsSet(e *env) *cobra.Command {
	return &cobra.Command{
		Use:   "set NAME=VALUE...",
		Short: "Change settings, all or none",
		Example: `  jotkit settings set ttl=10m max_ttl=8h
  jotkit settings set aud=api,admin-api login_delay=off
  jotkit settings set audit_keep=off`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			changes, err := parseChanges(args)
			if err != nil {
				return err
			}
			a, err := e.changing(c.Context())
			if err != nil {
				return err
			}
			s, err := a.ChangeSettings(c.Context(), changes)
			if err != nil {
				return err
			}
			return e.showSettings(s)
		},
	}
}

// parseChanges reads name=value. Days and weeks, which durations have on the command line, become hours.
func parseChanges(args []string) ([]authority.Setting, error) {
	changes := make([]authority.Setting, len(args))
	var trial authority.Settings
	for i, arg := range args {
		name, value, found := strings.Cut(arg, "=")
		if !found {
			return nil, usagef("write NAME=VALUE, as in ttl=10m", "%q changes nothing", arg)
		}
		if d, err := parseDuration(value); err == nil && isLife(name) {
			value = d.String()
		}
		if err := trial.Set(name, value); err != nil { // before a store is opened, or made
			return nil, err
		}
		changes[i] = authority.Setting{Name: name, Value: value}
	}
	return changes, nil
}

// isLife tells whether a setting is a duration.
func isLife(name string) bool { return strings.HasSuffix(name, "ttl") || name == "refresh_idle" }

// settingsJSON are the settings for scripts. Durations are in seconds.
type settingsJSON struct {
	Issuer            string   `json:"iss"`
	Audience          []string `json:"aud"`
	Algorithm         string   `json:"alg"`
	TTL               int64    `json:"ttl"`
	MaxTTL            int64    `json:"max_ttl"`
	RefreshTTL        int64    `json:"refresh_ttl"`
	RefreshIdle       int64    `json:"refresh_idle"`
	MinPasswordLength int      `json:"min_password_length"`
	LoginDelay        bool     `json:"login_delay"`
	AuditKeep         int      `json:"audit_keep"` // 0 for all
}

func (e *env) showSettings(s authority.Settings) error {
	if e.json {
		seconds := func(d time.Duration) int64 { return int64(d / time.Second) }
		return e.printJSON(settingsJSON{
			s.Issuer, s.Audience, s.Algorithm, seconds(s.TTL), seconds(s.MaxTTL), seconds(s.RefreshTTL),
			seconds(s.RefreshIdle), s.MinPasswordLength, s.LoginDelay, s.AuditKeep,
		})
	}
	var out strings.Builder
	for _, one := range s.List() {
		value := one.Value
		if d, err := time.ParseDuration(value); err == nil && isLife(one.Name) {
			value = settingDuration(d)
		}
		out.WriteString(one.Name + "=" + safeText(value) + "\n")
	}
	return e.print(out.String())
}
