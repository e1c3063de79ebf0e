package authority

import (
	"context"

	"jotkit/userdb/audit"
	"jotkit/userdb/kv"
)

// Audit hands the lines of the audit that the filter takes to each, by time. What each does takes place outside of any
// transaction. It returns the filter with which to ask for what comes in later.
func (a *Authority) Audit(ctx context.Context, f audit.Filter, each func(audit.Line) error) (audit.Filter, error) {
	seen := map[string]uint64{}
	for chain, seq := range f.After {
		seen[chain] = seq
	}
	f.After = seen
	for {
		lines, err := a.auditPage(ctx, f)
		if err != nil || len(lines) == 0 {
			return f, err
		}
		for _, l := range lines {
			if err := each(l); err != nil {
				return f, err
			}
			f.After[l.Chain] = l.Seq
		}
	}
}

func (a *Authority) auditPage(ctx context.Context, f audit.Filter) (lines []audit.Line, err error) {
	err = a.Store.View(ctx, func(v kv.View) error {
		lines = nil
		for l, err := range audit.List(v, f) {
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

// VerifyAudit reads every line of every chain and says where one was cut or changed.
func (a *Authority) VerifyAudit(ctx context.Context) (reports []audit.ChainReport, err error) {
	err = a.Store.View(ctx, func(v kv.View) error {
		secrets, err := kv.ReadSecrets(v)
		if err != nil {
			return err
		}
		reports, err = audit.Verify(v, secrets.Audit)
		return err
	})
	return reports, err
}
