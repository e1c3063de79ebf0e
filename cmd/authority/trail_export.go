package authority

import (
	"context"
	"time"

	"jotkit/userdb/audit"
	"jotkit/userdb/kv"
)

// ExportAudit hands over the audit as lines of JSON, chain by chain, each chain from its first line that is no older than
// since, and at the end a closing line. Only a page is in memory at a time, and no transaction is open while write runs.
// It returns what was written of each chain. Errors are kv.ErrDamaged for a line that is not as it was written, and
// audit.ErrMoved when lines were pruned meanwhile that were still to be written.
func (a *Authority) ExportAudit(ctx context.Context, since time.Time, write func([]byte) error) ([]audit.Span, error) {
	secrets, spans, err := a.auditSpans(ctx)
	if err != nil {
		return nil, err
	}
	return a.exportSpans(ctx, secrets, spans, since, write)
}

func (a *Authority) exportSpans(ctx context.Context, secrets kv.Secrets, spans []audit.Span, since time.Time,
	write func([]byte) error) (written []audit.Span, err error) {
	for _, s := range spans {
		begun := false
		done, err := a.readSpan(ctx, secrets, s, func(l audit.Line) (take, last bool, err error) {
			if begun = begun || !l.Time.Before(since); !begun {
				return false, false, nil
			}
			text, err := l.Export()
			if err == nil {
				err = write(append(text, '\n'))
			}
			return true, false, err
		})
		if err != nil {
			return nil, err
		}
		if done.Last > 0 {
			written = append(written, done)
		}
	}
	text, err := audit.Closing{Time: a.Now(), Chains: written}.Export(secrets.Audit)
	if err != nil {
		return nil, err
	}
	return written, write(append(text, '\n'))
}

// readSpan hands the lines of a span to each, which says whether it has taken a line, and whether no more are wanted. It
// returns the span of those that were taken, with Last 0 for none.
func (a *Authority) readSpan(ctx context.Context, secrets kv.Secrets, s audit.Span,
	each func(audit.Line) (take, last bool, err error)) (taken audit.Span, err error) {
	reading := audit.NewReading(s)
	for {
		var lines []audit.Line
		err := a.Store.View(ctx, func(v kv.View) (err error) {
			lines, err = reading.Page(v, secrets.Audit, page)
			return err
		})
		if err != nil || len(lines) == 0 {
			return taken, err
		}
		for _, l := range lines {
			take, last, err := each(l)
			if err != nil {
				return taken, err
			}
			if take && taken.Last == 0 {
				taken = audit.Span{Chain: l.Chain, First: l.Seq}
			}
			if take {
				taken.Last, taken.MAC = l.Seq, l.MAC
			}
			if last {
				return taken, nil
			}
		}
	}
}

// auditSpans returns what each chain holds, and the key that verifies it.
func (a *Authority) auditSpans(ctx context.Context) (secrets kv.Secrets, spans []audit.Span, err error) {
	err = a.Store.View(ctx, func(v kv.View) (err error) {
		spans = nil
		if secrets, err = kv.ReadSecrets(v); err != nil {
			return err
		}
		for s, err := range audit.Spans(v, secrets.Audit) {
			if err != nil {
				return err
			}
			spans = append(spans, s)
		}
		return nil
	})
	return secrets, spans, err
}
