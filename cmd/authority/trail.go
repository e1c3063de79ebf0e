package authority

import (
	"context"
	"maps"

	"jotkit/userdb/audit"
	"jotkit/userdb/kv"
)

// Audit hands the lines of the audit that the filter takes to each, by time. What each does takes place outside of any
// transaction. It returns the filter with which to ask for what comes in later.
func (a *Authority) Audit(ctx context.Context, f audit.Filter, each func(audit.Line) error) (audit.Filter, error) {
	seen := map[string]audit.Seen{}
	maps.Copy(seen, f.After)
	f.After = seen
	for {
		lines, err := a.auditPage(ctx, f.After)
		if err != nil || len(lines) == 0 {
			return f, err
		}
		for _, l := range lines {
			if f.Takes(l) {
				if err := each(l); err != nil {
					return f, err
				}
			}
			f.After[l.Chain] = l.Seen()
		}
	}
}

// auditPage reads the next lines of all kinds: to look for few among many in one transaction would keep others waiting.
func (a *Authority) auditPage(ctx context.Context, after map[string]audit.Seen) (lines []audit.Line, err error) {
	err = a.Store.View(ctx, func(v kv.View) error {
		lines = nil
		for l, err := range audit.List(v, audit.Filter{After: after}) {
			if err != nil {
				return err
			}
			if lines = append(lines, l); len(lines) == page {
				break
			}
		}
		return nil
	})
	return lines, err
}
