package cmd

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// The names for what became of a bad token.
const (
	letIn       = "let_in"
	turnedAway  = "refused"
	serverError = "server_error" // 5xx: not let in, and perhaps something broke at it
	rateLimited = "rate_limited" // 429: nobody looked at it
	noAnswer    = "no_answer"
	notSent     = "not_sent" // a header cannot hold it
)

func verdictOn(status int) string {
	switch {
	case isLetIn(status):
		return letIn
	case status == http.StatusTooManyRequests:
		return rateLimited
	case status >= 500:
		return serverError
	}
	return turnedAway
}

// A probeRow is what became of one bad token. Status is 0 where there was no answer.
type probeRow struct {
	Flaw    string      `json:"flaw"`
	Expect  verdictJSON `json:"expect"`
	Status  int         `json:"status"`
	Verdict string      `json:"verdict"`
}

func (r probeRow) row() []string {
	status := "-"
	if r.Status != 0 {
		status = strconv.Itoa(r.Status)
	}
	verdict := strings.ReplaceAll(r.Verdict, "_", " ")
	if r.Verdict == letIn {
		verdict = strings.ToUpper(verdict) // one among seventy is to be seen
	}
	return []string{r.Flaw, string(r.Expect.Reason), status, verdict}
}

// showProbe answers with the table. Where the service failed, or where the time was over or the last good token was not
// let in (spoilt) and so nothing is told, stdout has it only as JSON.
func (e *env) showProbe(rows []probeRow, spoilt error) error {
	count := map[string]int{}
	for _, r := range rows {
		count[r.Verdict]++
	}
	if broke := count[serverError] + count[noAnswer]; broke > 0 {
		e.warn("%d bad tokens were not let in and not refused: see in the log of the service what broke", broke)
	}
	failed := probeOutcome(count, len(rows), spoilt)
	heading := []string{"FLAW", "EXPECTED", "STATUS", "VERDICT"}
	if failed != nil && !e.json {
		if !e.quiet {
			fmt.Fprint(e.errs, tableOf(rows, heading, probeRow.row))
		}
		return failed
	}
	if failed == nil {
		e.note("none of %d bad tokens was let in", len(rows)-count[notSent])
	}
	if err := list(e, rows, heading, probeRow.row); err != nil {
		return err
	}
	if err := e.out.Flush(); err != nil { // the report that was asked for
		return err
	}
	return failed
}

// probeOutcome is nil where every bad token that was sent was turned away, and that can be relied on. What was let in
// was let in, whatever came after it. count is how often each verdict was reached.
func probeOutcome(count map[string]int, all int, spoilt error) error {
	sent := all - count[notSent]
	switch {
	case count[letIn] > 0:
		return fmt.Errorf("%d of %d bad tokens were %w", count[letIn], sent, errLetIn)
	case spoilt != nil:
		return spoilt
	case count[rateLimited] > 0:
		return noVerdict(goodHint(http.StatusTooManyRequests), "%d of %d bad tokens met a rate limit", count[rateLimited], sent)
	}
	return nil
}
