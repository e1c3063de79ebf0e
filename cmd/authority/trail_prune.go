package authority

import (
	"context"
	"fmt"
	"time"

	"jotkit/userdb/audit"
	"jotkit/userdb/kv"
)

// A Pruning says which lines are to go: those of each chain before its first one that is no older than Before; or where
// that is zero, all but the last Keep.
type Pruning struct {
	Before time.Time
	Keep   uint64
}

// PlanPrune reads the lines that would go, and returns them as spans. Errors are as in ExportAudit: what is not as it was
// written has to be looked into, and is not to be deleted.
func (a *Authority) PlanPrune(ctx context.Context, p Pruning) ([]audit.Span, error) {
	secrets, spans, err := a.auditSpans(ctx)
	if err != nil {
		return nil, err
	}
	plan := []audit.Span{}
	for _, s := range spans {
		if p.Before.IsZero() {
			if s.Lines() <= p.Keep {
				continue
			}
			s.Last -= p.Keep
		}
		gone, err := a.readSpan(ctx, secrets, s, func(l audit.Line) (take, last bool, err error) {
			take = p.Before.IsZero() || l.Time.Before(p.Before)
			return take, !take, nil
		})
		if err != nil {
			return nil, err
		}
		if gone.Last > 0 {
			plan = append(plan, gone)
		}
	}
	return plan, nil
}

// ExportSpans is ExportAudit for the lines of a plan. It returns what it has written, which is what may be pruned then.
func (a *Authority) ExportSpans(ctx context.Context, plan []audit.Span, write func([]byte) error) ([]audit.Span, error) {
	secrets, _, err := a.auditSpans(ctx)
	if err != nil {
		return nil, err
	}
	return a.exportSpans(ctx, secrets, plan, time.Time{}, write)
}

// PruneAudit deletes lines that were read as these spans. The line of the audit that tells of it is committed with the
// first that go, and names the export, "" for none. The error is audit.ErrMoved where the store has others.
func (a *Authority) PruneAudit(ctx context.Context, read []audit.Span, export string) error {
	for _, s := range read {
		left := uint64(0)
		err := a.change(ctx, "audit prune", "", func(c *change) error {
			gone, rest, err := audit.Prune(c, c.secrets.Audit, s)
			if err == nil && gone == 0 {
				err = errNothing // retention was quicker
			}
			left = rest
			c.note("chain", s.Chain)
			c.note("lines", fmt.Sprint(gone+rest))
			c.note("to", fmt.Sprint(s.Last))
			if export != "" {
				c.note("export", export)
			}
			return err
		})
		for err == nil && left > 0 {
			left, err = a.pruneMore(ctx, s)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (a *Authority) pruneMore(ctx context.Context, s audit.Span) (left uint64, err error) {
	_, err = a.Store.Update(ctx, func(tx kv.Tx) error {
		secrets, err := kv.ReadSecrets(tx)
		if err != nil {
			return err
		}
		_, left, err = audit.Prune(tx, secrets.Audit, s)
		return err
	})
	return left, err
}
