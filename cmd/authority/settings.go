package authority

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"jotkit/token"
	"jotkit/userdb"
	"jotkit/userdb/kv"
)

// ErrSetting comes back for a setting that does not exist or a value it cannot have.
var ErrSetting = errors.New("unusable setting")

// Settings are what an admin decides for a whole store.
type Settings struct {
	Issuer            string        `json:"iss"`
	Audience          []string      `json:"aud"`
	Algorithm         string        `json:"alg"` // of the keys to be made
	TTL               time.Duration `json:"ttl"`
	MaxTTL            time.Duration `json:"max_ttl"`
	RefreshTTL        time.Duration `json:"refresh_ttl"`         // of a session, from its login
	RefreshIdle       time.Duration `json:"refresh_idle"`        // of a session, from its last use
	MinPasswordLength int           `json:"min_password_length"` // in code points
	LoginDelay        bool          `json:"login_delay"`         // failed logins slow further ones down
	AuditKeep         int           `json:"audit_keep"`          // lines that a chain of the audit keeps at most; 0 for all
	// SessionsUntil is when the last session has ended that was opened under a longer RefreshTTL. It is not for people to
	// set: see lastEnd.
	SessionsUntil time.Time `json:"sessions_until,omitzero"`
}

// DefaultSettings are those of a new store. Issuer and audience are the address at which serve answers by default, so
// that discovery works at once.
func DefaultSettings() Settings {
	return Settings{
		Issuer:            "http://127.0.0.1:8080",
		Audience:          []string{"http://127.0.0.1:8080"},
		Algorithm:         "ES256",
		TTL:               15 * time.Minute,
		MaxTTL:            24 * time.Hour,
		RefreshTTL:        30 * 24 * time.Hour,
		RefreshIdle:       7 * 24 * time.Hour,
		MinPasswordLength: userdb.DefaultPasswordLength,
		LoginDelay:        true,
		AuditKeep:         100_000,
	}
}

// A Setting is the name of a setting and its value as text.
type Setting struct{ Name, Value string }

// setting is how one of the Settings is read from text and written as text.
type setting struct {
	name string
	get  func(s *Settings) string
	set  func(s *Settings, value string) error
}

var settings = []setting{
	{"iss", func(s *Settings) string { return s.Issuer }, setIssuer},
	{"aud", func(s *Settings) string { return strings.Join(s.Audience, ",") }, setAudience},
	{"alg", func(s *Settings) string { return s.Algorithm }, setAlgorithm},
	life("ttl", func(s *Settings) *time.Duration { return &s.TTL }),
	life("max_ttl", func(s *Settings) *time.Duration { return &s.MaxTTL }),
	life("refresh_ttl", func(s *Settings) *time.Duration { return &s.RefreshTTL }),
	life("refresh_idle", func(s *Settings) *time.Duration { return &s.RefreshIdle }),
	{"min_password_length", func(s *Settings) string { return strconv.Itoa(s.MinPasswordLength) }, setPasswordLength},
	{"login_delay", func(s *Settings) string { return onOff(s.LoginDelay) }, setLoginDelay},
	{"audit_keep", func(s *Settings) string { return countOrOff(s.AuditKeep) }, setAuditKeep},
}

// List returns all settings as text, always in the same order.
func (s Settings) List() []Setting {
	list := make([]Setting, len(settings))
	for i, one := range settings {
		list[i] = Setting{one.name, one.get(&s)}
	}
	return list
}

// Set changes one setting from its text: durations such as 15m or 1h30m, several audiences parted by commas, and on or
// off. Whether the settings fit together is for Check to say.
func (s *Settings) Set(name, value string) error {
	i := slices.IndexFunc(settings, func(one setting) bool { return one.name == name })
	if i < 0 {
		return fmt.Errorf("%w: there is no %q", ErrSetting, name)
	}
	if err := settings[i].set(s, value); err != nil {
		return fmt.Errorf("%w: %s: %w", ErrSetting, name, err)
	}
	return nil
}

// Check tells whether the settings fit together.
func (s Settings) Check() error {
	if s.TTL > s.MaxTTL {
		return fmt.Errorf("%w: ttl is %v, and max_ttl %v", ErrSetting, s.TTL, s.MaxTTL)
	}
	return nil
}

// longestLife bounds what can be set: nothing has to be remembered for longer.
const longestLife = 10 * 365 * 24 * time.Hour

func life(name string, field func(*Settings) *time.Duration) setting {
	return setting{name,
		func(s *Settings) string { return field(s).String() },
		func(s *Settings, value string) error {
			d, err := time.ParseDuration(value)
			if err != nil || d < time.Second || d > longestLife {
				return fmt.Errorf("%q is no duration from a second to ten years", value)
			}
			*field(s) = d.Truncate(time.Second)
			return nil
		}}
}

func setIssuer(s *Settings, value string) error {
	if u, err := url.Parse(value); err != nil || value == "" || strings.Contains(value, ":") && u.Scheme == "" {
		return fmt.Errorf("%q is neither a name nor a URL", value)
	}
	s.Issuer = value
	return nil
}

func setAudience(s *Settings, value string) error {
	list := strings.Split(value, ",")
	if slices.Contains(list, "") {
		return errors.New("an empty audience")
	}
	s.Audience = list
	return nil
}

func setAlgorithm(s *Settings, value string) error {
	if !slices.Contains(token.Algorithms(), value) {
		return fmt.Errorf("%q is not one of %s", value, strings.Join(token.Algorithms(), ", "))
	}
	s.Algorithm = value
	return nil
}

func setPasswordLength(s *Settings, value string) error {
	n, err := strconv.Atoi(value)
	if err != nil || n < userdb.MinPasswordLength || n > 128 {
		return fmt.Errorf("%q is no number from %d to 128", value, userdb.MinPasswordLength)
	}
	s.MinPasswordLength = n
	return nil
}

func setLoginDelay(s *Settings, value string) error {
	if value != "on" && value != "off" {
		return fmt.Errorf("%q is neither on nor off", value)
	}
	s.LoginDelay = value == "on"
	return nil
}

// leastAudit is as short as the audit can be kept: what is less is gone before anybody looks.
const leastAudit = 1000

func setAuditKeep(s *Settings, value string) error {
	n, err := strconv.Atoi(value)
	switch {
	case value == "off" || err == nil && n == 0:
		n = 0
	case err != nil || n < leastAudit || n > 1_000_000_000:
		return fmt.Errorf("%q is neither off nor a number from %d to a thousand million", value, leastAudit)
	}
	s.AuditKeep = n
	return nil
}

func countOrOff(n int) string {
	if n == 0 {
		return "off"
	}
	return strconv.Itoa(n)
}

func onOff(b bool) string {
	if b {
		return "on"
	}
	return "off"
}

// settingsName is the record of the settings.
const settingsName = "settings"

func readSettings(r kv.Reader) (s Settings, err error) {
	value, err := r.Get(settingsName)
	if err != nil {
		return s, missing(settingsName, err)
	}
	usual := DefaultSettings()
	s.RefreshIdle, s.AuditKeep = usual.RefreshIdle, usual.AuditKeep // older stores do not say
	if err := json.Unmarshal(value, &s); err != nil {
		return s, fmt.Errorf("%w: record %q is no JSON object of settings", kv.ErrDamaged, settingsName)
	}
	return s, nil
}

func putSettings(tx kv.Tx, s Settings) error {
	value, err := json.Marshal(s)
	if err != nil {
		return err
	}
	return tx.Put(settingsName, value)
}

// Settings returns the settings of the store.
func (a *Authority) Settings(ctx context.Context) (Settings, error) {
	s, err := a.state(ctx)
	return s.settings, err
}

// ChangeSettings makes these changes, all or none, and returns the settings as they are then. Errors are ErrSetting.
func (a *Authority) ChangeSettings(ctx context.Context, changes []Setting) (now Settings, err error) {
	spare, err := a.spareFor(ctx, changes)
	if err != nil {
		return now, a.refused(ctx, "settings", "", err)
	}
	err = a.change(ctx, "settings", "", func(c *change) error {
		now, c.ring.Generate = c.settings, spare
		for _, s := range changes {
			if err := now.Set(s.Name, s.Value); err != nil {
				return err
			}
			c.note(s.Name, s.Value)
		}
		if err := now.Check(); err != nil {
			return err
		}
		if now.RefreshTTL < c.settings.RefreshTTL {
			now.SessionsUntil = c.settings.lastEnd(c.now)
		}
		if err := c.follow(now); err != nil {
			return err
		}
		return putSettings(c, now)
	})
	return now, err
}

// spareFor makes a key ahead where the algorithm is to change. One that is none is left for Set to refuse.
func (a *Authority) spareFor(ctx context.Context, changes []Setting) (func(string) (*token.Key, error), error) {
	for _, s := range slices.Backward(changes) {
		if s.Name == "alg" && slices.Contains(token.Algorithms(), s.Value) {
			return a.spare(ctx, s.Value)
		}
	}
	return nil, nil
}

// follow brings the ring into line with new settings: how long retired keys are kept, and what the next key is for.
func (c *change) follow(s Settings) error {
	if s.MaxTTL == c.settings.MaxTTL && s.Algorithm == c.settings.Algorithm {
		return nil
	}
	c.ring.SetMaxLife(s.MaxTTL)
	if s.Algorithm != c.settings.Algorithm {
		if err := c.ring.ReplaceNext(s.Algorithm, c.now); err != nil {
			return err
		}
	}
	return c.putRing()
}
