package authority

import (
	"context"
	"fmt"
	"io"
	"slices"

	"jotkit/userdb/audit"
	"jotkit/userdb/kv"
)

// An AuditExport is a file that [Authority.ExportAudit] filled. It is read once, and once more where it overlaps with
// another one.
type AuditExport struct {
	Name string
	Open func() (io.ReadCloser, error)
}

// VerifyAudit reads every line of every chain, and of the exports, and says where a chain was cut or changed: each chain
// of the exports has to go on, without a gap, in what the store keeps of it. No transaction is open while a file is read.
func (a *Authority) VerifyAudit(ctx context.Context, exports ...AuditExport) ([]audit.ChainReport, error) {
	if len(exports) == 0 {
		return a.checkAudit(ctx)
	}
	archive, err := a.readArchive(ctx, exports) // first, for the store goes on meanwhile
	if err != nil {
		return nil, err
	}
	reports, err := a.checkAudit(ctx)
	if err != nil {
		return nil, err
	}
	err = a.Store.View(ctx, func(v kv.View) (err error) {
		reports, err = archive.Meet(v, reports)
		return err
	})
	return reports, err
}

// checkAudit verifies the chains in the store, page by page.
func (a *Authority) checkAudit(ctx context.Context) ([]audit.ChainReport, error) {
	var check *audit.Check
	for more := true; more; {
		err := a.Store.View(ctx, func(v kv.View) error {
			if check == nil {
				secrets, err := kv.ReadSecrets(v)
				if err != nil {
					return err
				}
				if check, err = audit.NewCheck(secrets.Audit); err != nil {
					return err
				}
			}
			var err error
			more, err = check.Page(v, page)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return check.Reports()
}

// readArchive reads exports, and once more those that have the same lines as another one.
func (a *Authority) readArchive(ctx context.Context, exports []AuditExport) (archive *audit.Archive, err error) {
	err = a.Store.View(ctx, func(v kv.View) error {
		secrets, err := kv.ReadSecrets(v)
		if err != nil {
			return err
		}
		chains, err := audit.Chains(v, secrets.Audit)
		if err != nil {
			return err
		}
		archive, err = audit.NewArchive(secrets.Audit, chains)
		return err
	})
	if err != nil {
		return nil, err
	}
	for _, x := range exports {
		if err := x.read(ctx, archive.Read); err != nil {
			return nil, err
		}
	}
	again := archive.Join()
	for _, x := range exports {
		if at := slices.Index(again, x.Name); at >= 0 {
			again = slices.Delete(again, at, at+1)
			if err := x.read(ctx, archive.Compare); err != nil {
				return nil, err
			}
		}
	}
	return archive, nil
}

func (x AuditExport) read(ctx context.Context, with func(string, io.Reader) error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	from, err := x.Open()
	if err != nil {
		return err
	}
	defer from.Close()
	if err := with(x.Name, from); err != nil {
		return fmt.Errorf("%q: %w", x.Name, err)
	}
	return nil
}
