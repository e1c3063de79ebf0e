package authority_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"iter"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"jotkit/cmd/authority"
	"jotkit/userdb/audit"
	"jotkit/userdb/kv"
)

// fill leaves lines in a chain, a second apart.
func (w *world) fill(t *testing.T, chain string, n int) {
	t.Helper()
	_, err := w.store.Update(t.Context(), func(tx kv.Tx) error {
		secrets, err := kv.ReadSecrets(tx)
		for range n {
			w.pass(time.Second)
			if err == nil {
				err = audit.Append(tx, secrets.Audit, chain, audit.Event{Time: w.now, Event: "test", Outcome: audit.OK}, 0)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// exportAudit is what ExportAudit writes.
func (w *world) exportAudit(t *testing.T, since time.Time) (file []byte, spans []audit.Span) {
	t.Helper()
	spans, err := w.ExportAudit(t.Context(), since, func(row []byte) error { file = append(file, row...); return nil })
	if err != nil {
		t.Fatal(err)
	}
	return file, spans
}

// wantChains checks what VerifyAudit says of the chains, of which all have to be whole: "name first last lines exported".
func (w *world) wantChains(t *testing.T, want []audit.ChainReport, files ...[]byte) {
	t.Helper()
	var exports []authority.AuditExport
	for i, file := range files {
		exports = append(exports, authority.AuditExport{Name: string(rune('a' + i)), Open: func() (io.ReadCloser, error) {
			return io.NopCloser(bytes.NewReader(file)), nil
		}})
	}
	got, err := w.VerifyAudit(t.Context(), exports...)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// A watched store tells whether a transaction is open, and how much the longest one has read.
type watched struct {
	kv.Store
	open, most int
}

func (s *watched) View(ctx context.Context, fn func(kv.View) error) error {
	s.open++
	defer func() { s.open-- }()
	return s.Store.View(ctx, func(v kv.View) error {
		w := &watchedView{View: v}
		defer func() { s.most = max(s.most, w.read) }()
		return fn(w)
	})
}

type watchedView struct {
	kv.View
	read int
}

func (v *watchedView) Scan(prefix, after string) iter.Seq2[kv.Entry, error] {
	return func(yield func(kv.Entry, error) bool) {
		for e, err := range v.View.Scan(prefix, after) {
			v.read++
			if !yield(e, err) {
				return
			}
		}
	}
}

// TestAuditKeepsNobodyWaiting: a long audit is listed, verified, exported, planned and pruned a page at a time, and nothing is
// written out while a transaction is open.
func TestAuditKeepsNobodyWaiting(t *testing.T) {
	w := start(t)
	w.fill(t, "cli", 2999)
	w.fill(t, "serve", 500)
	s := &watched{Store: w.store.Store}
	w.store.Store = s
	rows := 0
	closed := func() error {
		if rows++; s.open > 0 {
			t.Fatal("a transaction is open")
		}
		return nil
	}
	for name, do := range map[string]func() error{
		"audit": func() error {
			_, err := w.Audit(t.Context(), audit.Filter{User: "nobody"}, func(audit.Line) error { return closed() })
			return err
		},
		"verify": func() error { _, err := w.VerifyAudit(t.Context()); return err },
		"export": func() error {
			_, err := w.ExportAudit(t.Context(), time.Time{}, func([]byte) error { return closed() })
			return err
		},
		"plan": func() error { _, err := w.PlanPrune(t.Context(), authority.Pruning{Keep: 1}); return err },
	} {
		s.most = 0
		if err := do(); err != nil {
			t.Fatal(err)
		}
		if s.most < 900 || s.most > 1100 {
			t.Errorf("%s: %d records in one transaction", name, s.most)
		}
	}
	if rows != 3501 {
		t.Errorf("%d rows", rows)
	}
}

// TestAuditKeep: a chain keeps as many lines as the settings say, each chain by itself, and those that are gone were not cut.
func TestAuditKeep(t *testing.T) {
	w := start(t)
	w.fill(t, "serve", 10)
	if _, err := w.ChangeSettings(t.Context(), []authority.Setting{{Name: "audit_keep", Value: "1000"}}); err != nil {
		t.Fatal(err)
	}
	w.fill(t, "cli", 1100) // all are kept: it was told so
	w.wantChains(t, []audit.ChainReport{{Chain: "cli", First: 1, Last: 1102, Lines: 1102}, {Chain: "serve", First: 1, Last: 10, Lines: 10}})
	for range 100 {
		if err := w.NoteServing(t.Context(), "x"); err != nil {
			t.Fatal(err)
		}
	}
	fail(t, w, "eve")
	w.register(t, "ada")
	w.wantChains(t, []audit.ChainReport{{Chain: "cli", First: 205, Last: 1204, Lines: 1000}, {Chain: "serve", First: 1, Last: 10, Lines: 10}})
	if _, err := w.ChangeSettings(t.Context(), []authority.Setting{{Name: "audit_keep", Value: "off"}}); err != nil {
		t.Fatal(err)
	}
	w.register(t, "bob")
	if n := len(w.lines(t)); n != 1011 {
		t.Errorf("%d lines", n)
	}
}

// TestPruneAudit: what is exported is deleted, in several commits, with one line that tells of it; and files and store
// are one.
func TestPruneAudit(t *testing.T) {
	w := start(t)
	w.fill(t, "cli", 1499)
	w.fill(t, "serve", 100)
	day := w.now
	w.fill(t, "cli", 5)
	plan, err := w.PlanPrune(t.Context(), authority.Pruning{Before: day})
	if err != nil || len(plan) != 2 || plan[0].Last != 1500 || plan[1].Last != 99 {
		t.Fatalf("%+v, %v", plan, err)
	}
	var file []byte
	written, err := w.ExportSpans(t.Context(), plan, func(row []byte) error { file = append(file, row...); return nil })
	if err != nil || len(written) != 2 {
		t.Fatalf("%+v, %v", written, err)
	}
	if diff := cmp.Diff(plan, written); diff != "" {
		t.Error(diff)
	}
	if err := w.PruneAudit(t.Context(), written, "x.jsonl"); err != nil {
		t.Fatal(err)
	}
	lines := w.lines(t)
	for i, want := range []map[string]string{
		{"chain": "cli", "lines": "1500", "to": "1500", "export": "x.jsonl"},
		{"chain": "serve", "lines": "99", "to": "99", "export": "x.jsonl"},
	} {
		if diff := cmp.Diff(want, lines[len(lines)-2+i].Detail); diff != "" {
			t.Error(diff)
		}
	}
	w.wantChains(t, []audit.ChainReport{{Chain: "cli", First: 1501, Last: 1507, Lines: 7}, {Chain: "serve", First: 100, Last: 100, Lines: 1}})
	w.wantChains(t, []audit.ChainReport{
		{Chain: "cli", First: 1, Last: 1507, Lines: 7, Exported: 1500}, {Chain: "serve", First: 1, Last: 100, Lines: 1, Exported: 99},
	}, file)
	rest, spans := w.exportAudit(t, w.now) // the last second, and all that came after it
	if len(spans) != 1 || spans[0].First != 1505 {
		t.Errorf("%+v", spans)
	}
	all, _ := w.exportAudit(t, time.Time{})
	w.wantChains(t, []audit.ChainReport{
		{Chain: "cli", First: 1, Last: 1507, Lines: 7, Exported: 1510}, {Chain: "serve", First: 1, Last: 100, Lines: 1, Exported: 100},
	}, rest, file, all)
}

// TestPruneAuditMoved: what is there now and was not exported stays, whoever has pruned or replaced the store meanwhile.
func TestPruneAuditMoved(t *testing.T) {
	w := start(t)
	w.fill(t, "cli", 599)
	plan, err := w.PlanPrune(t.Context(), authority.Pruning{Keep: 50})
	if err != nil {
		t.Fatal(err)
	}
	w.left(t, func() {
		other := append([]audit.Span{}, plan...)
		other[0].MAC = audit.Sum{}
		if err := w.PruneAudit(t.Context(), other, ""); !errors.Is(err, audit.ErrMoved) {
			t.Errorf("another history: %v", err)
		}
	}, "audit prune refused")
	w.store.commit = kv.ErrBusy
	if err := w.PruneAudit(t.Context(), plan, ""); !errors.Is(err, kv.ErrBusy) || len(w.lines(t)) != 601 {
		t.Errorf("%d lines, %v", len(w.lines(t)), err)
	}
	// One that is interrupted has left its line, and is gone on with.
	commits := 0
	ctx, stop := context.WithCancel(t.Context())
	w.store.commit = nil
	w.store.Store = &counted{w.store.Store, func() {
		if commits++; commits == 1 {
			stop()
		}
	}}
	if err := w.PruneAudit(ctx, plan, ""); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	w.wantChains(t, []audit.ChainReport{{Chain: "cli", First: 501, Last: 602, Lines: 102}})
	if last := w.lines(t)[101]; last.Event.Event != "audit prune" || last.Detail["to"] != "550" || last.Detail["lines"] != "550" {
		t.Errorf("%+v", last)
	}
	for range 2 {
		if err := w.PruneAudit(t.Context(), plan, ""); err != nil {
			t.Fatal(err)
		}
		w.wantChains(t, []audit.ChainReport{{Chain: "cli", First: 551, Last: 603, Lines: 53}})
	}
}

// counted calls after each commit.
type counted struct {
	kv.Store
	after func()
}

func (s *counted) Update(ctx context.Context, fn func(kv.Tx) error) (kv.Rev, error) {
	rev, err := s.Store.Update(ctx, fn)
	if err == nil {
		s.after()
	}
	return rev, err
}

// TestExportOfADamagedAudit: what is not as it was written is neither exported nor pruned.
func TestExportOfADamagedAudit(t *testing.T) {
	w := found(t, kv.NewMemory(), authority.DefaultSettings())
	w.fill(t, "cli", 20)
	_, err := w.store.Update(t.Context(), func(tx kv.Tx) error { return tx.Delete("audit/cli/0000000000000005") })
	if err != nil {
		t.Fatal(err)
	}
	nowhere := func([]byte) error { return nil }
	if _, err := w.ExportAudit(t.Context(), time.Time{}, nowhere); !errors.Is(err, kv.ErrDamaged) || !strings.Contains(err.Error(), "missing") {
		t.Errorf("%v", err)
	}
	if _, err := w.PlanPrune(t.Context(), authority.Pruning{Keep: 1}); !errors.Is(err, kv.ErrDamaged) {
		t.Errorf("%v", err)
	}
}

// TestAuditWithoutAList: a store whose list of chains is gone takes no line, and says so.
func TestAuditWithoutAList(t *testing.T) {
	w := found(t, kv.NewMemory(), authority.DefaultSettings())
	_, err := w.store.Update(t.Context(), func(tx kv.Tx) error { return tx.Delete("audit-chains") })
	if err != nil {
		t.Fatal(err)
	}
	reports, err := w.VerifyAudit(t.Context())
	if err != nil || len(reports) != 2 || len(reports[0].Faults) != 1 || reports[0].Faults[0].What != audit.ListMissing {
		t.Errorf("%+v, %v", reports, err)
	}
	if _, faults, err := w.CheckAudit(t.Context()); err != nil || len(faults) != 1 || faults[0].What != audit.ListMissing {
		t.Errorf("%+v, %v", faults, err)
	}
	w.Chain = "new"
	if err := w.NoteServing(t.Context(), "x"); !errors.Is(err, kv.ErrDamaged) {
		t.Errorf("%v", err)
	}
}
