package cmd

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"jotkit/token"
	"jotkit/token/scan"
)

// foundJSON is a token that was found, for scripts.
type foundJSON struct {
	Line      int             `json:"line"`
	Column    int             `json:"column"` // in bytes
	Verified  bool            `json:"verified"`
	Encrypted bool            `json:"encrypted"`
	Token     string          `json:"token"`
	Header    json.RawMessage `json:"header"`
	Claims    json.RawMessage `json:"claims"`  // null where they cannot be read
	Expires   *string         `json:"expires"` // RFC 3339, as Expired null where it is not known
	Expired   *bool           `json:"expired"`
	Problem   string          `json:"problem"` // what keeps it from being read
}

// showFound writes one line about a token, and tells whether there was one to write.
func (e *env) showFound(f *scan.Found, o decodeOptions) (bool, error) {
	claims := claimsOf(f)
	switch {
	case o.field != "":
		value, err := field(f.Header, claims, o.field)
		if errors.Is(err, errAbsent) {
			return false, nil
		}
		return true, e.printFieldLine(value)
	case !e.json:
		return true, e.print(safeText(e.foundText(f)) + "\n")
	}
	doc := foundJSON{
		Line: f.Line, Column: f.Column, Encrypted: f.Encrypted, Token: f.Raw, Header: f.Header, Claims: claims,
	}
	if f.Err != nil {
		doc.Problem = f.Err.Error()
	}
	if _, err := token.ParseObject(f.Header); err != nil {
		doc.Header = nil // with a name that stands twice in it, nobody could rely on this document either
	}
	if f.Token != nil {
		exp, _, _ := f.Token.Times()
		if doc.Expires = dateJSON(exp); doc.Expires != nil {
			expired := !e.now().Before(exp.Time)
			doc.Expired = &expired
		}
	}
	return true, e.printLine(doc)
}

// printFieldLine writes one field of several, each on a line of its own: of a string with a line end in it there is still
// but one.
func (e *env) printFieldLine(value json.RawMessage) error {
	var text string
	if !e.json && json.Unmarshal(value, &text) == nil && text != "" {
		return e.print(safeText(text) + "\n")
	}
	return e.printField(value)
}

// foundText is a line for people: what says most about a token comes first, and fits 60 columns.
func (e *env) foundText(f *scan.Found) string {
	place := fmt.Sprintf("%d:%d", f.Line, f.Column)
	if f.Err != nil {
		return fmt.Sprintf("%-8s  %v", place, f.Err)
	}
	var line strings.Builder
	fmt.Fprintf(&line, "%-8s  %-5s  %-15s", place, shortened(textAt(f.Header, "alg")), e.lifeText(f))
	for _, said := range []struct {
		name string
		from json.RawMessage
	}{{"sub", claimsOf(f)}, {"iss", claimsOf(f)}, {"typ", f.Header}, {"kid", f.Header}} {
		if value := textAt(said.from, said.name); value != "" {
			fmt.Fprintf(&line, "  %s %s", said.name, shortened(value))
		}
	}
	return strings.TrimRight(line.String(), " ")
}

func claimsOf(f *scan.Found) json.RawMessage {
	if f.Token == nil {
		return nil
	}
	return f.Token.Payload()
}

// textAt is a member that is a string, or "".
func textAt(from json.RawMessage, name string) (text string) {
	value, _ := lookUp(from, name)
	_ = json.Unmarshal(value, &text)
	return text
}

// lifeText says in a word or two how a token stands to the clock.
func (e *env) lifeText(f *scan.Found) string {
	if f.Encrypted {
		return "encrypted"
	}
	exp, nbf, _ := f.Token.Times()
	now := e.now()
	switch err := f.Token.Outlives(now, 0); {
	case err == nil:
		return "alive " + formatDuration(exp.Sub(now))
	case errors.Is(err, token.Expired):
		return "expired " + formatDuration(now.Sub(exp.Time))
	case errors.Is(err, token.NotYetValid):
		return "valid in " + formatDuration(nbf.Sub(now))
	case errors.Is(err, token.ClaimMismatch):
		return "no exp"
	}
	return "odd dates"
}

// shortened is as much of a name as tells it from others.
func shortened(s string) string {
	const most = 24
	letters := []rune(s)
	if len(letters) <= most {
		return s
	}
	return string(letters[:most-1]) + "…"
}
