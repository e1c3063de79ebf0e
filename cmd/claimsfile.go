package cmd

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"jotkit/token"
)

// readClaims reads --claims: a JSON object, or - for one on stdin.
func (e *env) readClaims(ctx context.Context, name string) ([]token.Member, error) {
	data, _, err := e.readFile(ctx, name, token.MaxLength)
	if err != nil {
		return nil, err
	}
	if len(data) > token.MaxLength {
		return nil, usagef("leave something out", "claims of more than %d bytes do not fit into a token", token.MaxLength)
	}
	members, err := token.ParseObject(trimmed(data))
	if err != nil {
		return nil, usagef("write a JSON object", "the claims are %v", err)
	}
	return members, nil
}

// fillDraft puts claims into the draft: registered ones where they belong and nothing is yet, the others beside them.
func fillDraft(d *token.Draft, claims []token.Member) error {
	for _, m := range claims {
		if err := fillClaim(d, m); err != nil {
			return err
		}
	}
	return nil
}

func fillClaim(d *token.Draft, m token.Member) error {
	switch m.Name {
	case "iss":
		return fillText(&d.Issuer, m)
	case "sub":
		return fillText(&d.Subject, m)
	case "jti":
		return fillText(&d.ID, m)
	case "client_id":
		return fillText(&d.ClientID, m)
	case "aud":
		return fillList(&d.Audience, m)
	case "roles":
		return fillList(&d.Roles, m)
	case "iat":
		return fillTime(&d.IssuedAt, m)
	case "nbf":
		return fillTime(&d.NotBefore, m)
	case "exp":
		return fillTime(&d.ExpiresAt, m)
	case "scope":
		return fillScope(&d.Scopes, m)
	case "sid":
		return usagef("leave it out", "%q is set by a login alone", m.Name)
	}
	if !slices.ContainsFunc(d.Extra, func(other token.Member) bool { return other.Name == m.Name }) {
		d.Extra = append(d.Extra, m)
	}
	return nil
}

func wrongClaim(m token.Member, want string) error {
	return usagef("write "+want, "the claim %q is not %s", m.Name, want)
}

func fillText(to *string, m token.Member) error {
	var text string
	if json.Unmarshal(m.Value, &text) != nil || text == "" || m.Value[0] != '"' {
		return wrongClaim(m, "a string")
	}
	if *to == "" {
		*to = text
	}
	return nil
}

func fillList(to *[]string, m token.Member) error {
	var list []string
	if m.Value[0] == '"' {
		list = make([]string, 1)
		if json.Unmarshal(m.Value, &list[0]) != nil {
			return wrongClaim(m, "a string")
		}
	} else if json.Unmarshal(m.Value, &list) != nil {
		return wrongClaim(m, "a string or an array of strings")
	}
	if len(list) == 0 || slices.Contains(list, "") {
		return wrongClaim(m, "a string or an array of strings, none of them empty")
	}
	if len(*to) == 0 {
		*to = list
	}
	return nil
}

func fillScope(to *[]string, m token.Member) error {
	var text string
	if err := fillText(&text, m); err != nil {
		return err
	}
	if len(*to) == 0 {
		*to = strings.Fields(text)
	}
	return nil
}

func fillTime(to *time.Time, m token.Member) error {
	seconds, err := strconv.ParseInt(string(m.Value), 10, 64)
	if err != nil || seconds <= 0 || seconds >= 1<<53 {
		return wrongClaim(m, fmt.Sprintf("a whole number of seconds from 1 to %d", int64(1<<53-1)))
	}
	if to.IsZero() {
		*to = time.Unix(seconds, 0).UTC()
	}
	return nil
}
