package audit

import (
	"errors"
	"fmt"
	"maps"
	"strings"
	"time"
	"unicode/utf8"
)

// ErrEvent comes back for an event without a name, with an outcome that is none, or with too many details, and for a
// chain whose name is not 1 to 64 of a-z, 0-9 and "-". It is a fault of the program, not of what it was given.
var ErrEvent = errors.New("not an audit event")

// The outcomes of an event.
const (
	OK      = "ok"
	Refused = "refused"
)

// An Event is one thing that was done or refused.
type Event struct {
	Time    time.Time         `json:"time"` // UTC, to the millisecond
	Event   string            `json:"event"`
	Outcome string            `json:"outcome"`          // OK or Refused
	User    string            `json:"user,omitempty"`   // whom it was about
	By      string            `json:"by,omitempty"`     // who did it
	Detail  map[string]string `json:"detail,omitempty"` // at most 16, never a secret
}

const (
	maxValue   = 256 // bytes of any one text
	maxDetails = 16
)

const longestChain = 64

func isChainName(s string) bool {
	return s != "" && len(s) <= longestChain && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789-") == ""
}

// fit returns e as it is kept: times in milliseconds, texts as UTF-8 of at most 256 bytes. They are cut and not
// refused, for they come from strangers, and no stranger may keep a line from being written.
func (e Event) fit() (Event, error) {
	switch {
	case e.Event == "":
		return Event{}, fmt.Errorf("%w: it has no name", ErrEvent)
	case e.Outcome != OK && e.Outcome != Refused:
		return Event{}, fmt.Errorf("%w: outcome %q", ErrEvent, e.Outcome)
	case len(e.Detail) > maxDetails:
		return Event{}, fmt.Errorf("%w: %d details, at most %d", ErrEvent, len(e.Detail), maxDetails)
	}
	e.Time = e.Time.UTC().Truncate(time.Millisecond)
	e.Event, e.User, e.By = cut(e.Event), cut(e.User), cut(e.By)
	detail := maps.Clone(e.Detail)
	clear(detail)
	for k, v := range e.Detail {
		detail[cut(k)] = cut(v)
	}
	if len(detail) == 0 {
		detail = nil // as it is read back
	}
	e.Detail = detail
	return e, nil
}

// cut shortens s to 256 bytes, between characters, with "…" at the end as the sign of it.
func cut(s string) string {
	const sign = "…"
	if len(s) > maxValue {
		end := maxValue - len(sign)
		for end > 0 && !utf8.RuneStart(s[end]) {
			end--
		}
		s = s[:end] + sign
	}
	return strings.ToValidUTF8(s, "?")
}
