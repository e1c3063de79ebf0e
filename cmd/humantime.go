package cmd

import (
	"fmt"
	"strings"
	"time"

	"jotkit/token"
)

// showTimes writes what the dates of a token mean to people, seen from now.
func (e *env) showTimes(u *token.Unverified, zone *time.Location) {
	exp, nbf, iat := u.Times()
	now := e.now()
	for _, d := range []struct {
		name, past, future string
		at                 token.NumericDate
	}{
		{"iat", "issued %s ago", "issued %s from now", iat},
		{"nbf", "valid since %s", "valid in %s", nbf},
		{"exp", "expired %s ago", "expires in %s", exp},
	} {
		if d.at.IsZero() {
			continue
		}
		words, away := d.past, now.Sub(d.at.Time)
		if away < 0 || away == 0 && d.name == "exp" {
			words, away = d.future, d.at.Sub(now) // and not -away, which stays negative for the farthest
		}
		e.note("%s  %s  (%s)", d.name, inZone(d.at, zone), fmt.Sprintf(words, formatDuration(away)))
	}
}

func inZone(d token.NumericDate, zone *time.Location) string {
	if d.Year() > 9999 {
		return d.String()
	}
	return strings.Replace(d.In(zone).Format(time.RFC3339), "T", " ", 1)
}
