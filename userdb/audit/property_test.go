package audit_test

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"jotkit/userdb/audit"
	"jotkit/userdb/kv"
	"jotkit/userdb/kv/kvtest"
)

// A history is a store with a few chains, and what was exported of it. The exports have every line from 1 on that the
// store has not, unless the limit of a chain has taken lines that were not exported.
type history struct {
	t     testing.TB
	m     *mem
	now   int
	files [][]byte
	upTo  map[string]uint64 // the last line exported of each chain, where there is none missing before it
	lost  map[string]bool   // lines went that were not exported
}

func newHistory(t testing.TB) *history {
	h := &history{t: t, m: newMem(), upTo: map[string]uint64{}, lost: map[string]bool{}}
	h.append("cli", 0)
	return h
}

func (h *history) spans() map[string]audit.Span {
	all := map[string]audit.Span{}
	for s, err := range audit.Spans(h.m, key) {
		must(h.t, err)
		all[s.Chain] = s
	}
	return all
}

func (h *history) append(chain string, keep uint64) {
	h.now++
	must(h.t, audit.Append(h.m, key, chain, login(h.now), keep))
	if s := h.spans()[chain]; s.First > h.upTo[chain]+1 {
		h.lost[chain] = true
	}
}

// export writes the lines from first on, and of each chain at most some.
func (h *history) export(most func(chain string, lines uint64) uint64) (written []audit.Span) {
	var file bytes.Buffer
	spans := h.spans()
	for _, chain := range slices.Sorted(maps.Keys(spans)) {
		s := spans[chain]
		s.Last = s.First + most(chain, s.Lines()) - 1
		r := audit.NewReading(s)
		for {
			page, err := r.Page(h.m, key, 3)
			must(h.t, err)
			if len(page) == 0 {
				break
			}
			for _, l := range page {
				text, err := l.Export()
				must(h.t, err)
				fmt.Fprintf(&file, "%s\n", text)
				s.MAC = l.MAC
			}
		}
		if s.Lines() > 0 {
			written = append(written, s)
		}
	}
	text, err := audit.Closing{Time: noon, Chains: written}.Export(key)
	must(h.t, err)
	fmt.Fprintf(&file, "%s\n", text)
	h.files = append(h.files, file.Bytes())
	for _, s := range written {
		h.upTo[s.Chain] = max(h.upTo[s.Chain], s.Last)
	}
	return written
}

// verify returns what is found by chain, of the store alone or with exports.
func verify(t testing.TB, m *mem, files [][]byte) map[string][]audit.Fault {
	t.Helper()
	found := map[string][]audit.Fault{}
	reports, err := audit.Verify(m, key)
	if err != nil {
		found["?"] = []audit.Fault{{What: err.Error()}}
	}
	if files != nil {
		chains, err := audit.Chains(m, key)
		must(t, err)
		a, err := audit.NewArchive(key, chains)
		must(t, err)
		for i, file := range files {
			must(t, a.Read(fmt.Sprint(i), bytes.NewReader(file)))
		}
		for _, name := range a.Join() {
			var i int
			fmt.Sscan(name, &i)
			must(t, a.Compare(name, bytes.NewReader(files[i])))
		}
		reports, err = a.Meet(m, reports)
		must(t, err)
	}
	for _, r := range reports {
		if len(r.Faults) > 0 {
			found[r.Chain] = r.Faults
		}
	}
	return found
}

// grow lets a random history happen.
func grow(t testing.TB, rt *rapid.T) *history {
	h := newHistory(t)
	chain := rapid.SampledFrom([]string{"cli", "x", "x-y"})
	for range rapid.IntRange(5, 40).Draw(rt, "steps") {
		switch step := rapid.IntRange(0, 9).Draw(rt, "step"); {
		case step < 6:
			h.append(chain.Draw(rt, "chain"), 0)
		case step == 6:
			h.append(chain.Draw(rt, "chain"), uint64(rapid.IntRange(1, 9).Draw(rt, "keep")))
		case step == 7:
			h.export(func(_ string, n uint64) uint64 { return n })
		case step == 8:
			h.export(func(chain string, n uint64) uint64 { return uint64(rapid.IntRange(0, int(n)).Draw(rt, chain)) })
		default:
			for _, s := range h.export(func(chain string, n uint64) uint64 {
				return uint64(rapid.IntRange(0, int(n)).Draw(rt, chain))
			}) {
				_, left, err := audit.Prune(h.m, key, s)
				must(t, err)
				if left != 0 {
					t.Fatalf("%d lines left", left)
				}
			}
		}
	}
	return h
}

// TestAuditIsFoundOut lets chains grow, be exported and be pruned, and then damages store and exports. What is whole is
// found to be whole, and what is not is found out.
func TestAuditIsFoundOut(t *testing.T) {
	times := 7
	if os.Getenv("JOTKIT_LONG") != "" {
		times = 400
	}
	kvtest.Checks(t, 30, 100)
	histories, alarms, harms, unseen, spoilt, passed := 0, 0, 0, 0, 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		h := grow(t, rt)
		histories++
		if found := verify(t, h.m, nil); len(found) > 0 {
			alarms++
			rt.Fatalf("a sound store: %v", found)
		}
		for chain, faults := range verify(t, h.m, shuffled(rt, h.files)) {
			if !h.lost[chain] {
				alarms++
				rt.Fatalf("sound exports: chain %q: %v", chain, faults)
			}
		}
		for range times {
			if m := h.m.clone(); harm(rt, h, m) {
				harms++
				if len(verify(t, m, nil)) == 0 {
					unseen++
					rt.Fatal("damage to the store was not found")
				}
			}
			files := slices.Clone(h.files)
			if spoil(t, rt, files) {
				spoilt++
				before, after := verify(t, h.m, h.files), verify(t, h.m, files)
				if len(after) == 0 || fmt.Sprint(before) == fmt.Sprint(after) {
					passed++
					rt.Fatalf("damage to an export was not found")
				}
			}
		}
	})
	kvtest.Figure(t, "A line of the audit that is changed, moved, made up or lost is found, in the store and in its exports; what is whole gives no alarm",
		kvtest.Tried(histories, "histories"), kvtest.Tried(harms, "damages to the store"), kvtest.Tried(spoilt, "damages to exports"),
		kvtest.Never(alarms, "false alarms"), kvtest.Never(unseen+passed, "damages not found"))
}

func shuffled(rt *rapid.T, files [][]byte) [][]byte {
	if len(files) == 0 {
		return nil
	}
	return rapid.Permutation(files).Draw(rt, "order")
}

// harm damages a copy of the store in one way, and tells whether anything has changed.
func harm(rt *rapid.T, h *history, m *mem) bool {
	all := slices.Clone(m.names)
	var chainLines []string
	for _, name := range all {
		if strings.HasPrefix(name, "audit/") {
			chainLines = append(chainLines, name)
		}
	}
	anyOf := func(names []string) string { return rapid.SampledFrom(names).Draw(rt, "record") }
	chain := rapid.SampledFrom(slices.Sorted(maps.Keys(h.spans()))).Draw(rt, "of")
	own := slices.DeleteFunc(slices.Clone(chainLines), func(n string) bool { return !strings.HasPrefix(n, "audit/"+chain+"/") })
	switch kind := rapid.IntRange(0, 9).Draw(rt, "harm"); {
	case kind == 0:
		m.Delete(anyOf(all))
	case kind == 1:
		m.torn[anyOf(all)] = true
		return true
	case kind == 2:
		m.Delete("audit-head/" + chain)
	case kind == 3: // all of it
		m.Delete("audit-head/" + chain)
		for _, name := range own {
			m.Delete(name)
		}
	case kind == 4:
		name := anyOf(all)
		value := m.values[name]
		value[rapid.IntRange(0, len(value)-1).Draw(rt, "byte")] ^= byte(rapid.IntRange(1, 255).Draw(rt, "bits"))
	case len(chainLines) == 0:
		return false
	case kind == 5: // exchanged, also between chains
		a, b := anyOf(chainLines), anyOf(chainLines)
		m.values[a], m.values[b] = m.values[b], m.values[a]
	case kind == 6: // put in another place
		m.Put(anyOf(chainLines), m.values[anyOf(chainLines)])
	case len(own) == 0:
		return false
	case kind == 7: // a row of lines: at the start, in the middle or at the end
		from := rapid.IntRange(0, len(own)-1).Draw(rt, "from")
		for _, name := range own[from : from+rapid.IntRange(1, len(own)-from).Draw(rt, "count")] {
			m.Delete(name)
		}
	case kind == 8: // made up at the end
		s := h.spans()[chain]
		m.Put(fmt.Sprintf("audit/%s/%016x", chain, s.Last+1), m.values[anyOf(own)])
	default: // of another store
		m.Put(anyOf(own), elsewhere(h.t, chain).values["audit/"+chain+"/0000000000000001"])
	}
	return !maps.EqualFunc(m.values, h.m.values, bytes.Equal)
}

// elsewhere is another store, with one line.
func elsewhere(t testing.TB, chain string) *mem {
	m, other := emptyMem(), bytes.Repeat([]byte{8}, 32)
	must(t, audit.Create(m, other))
	must(t, audit.Append(m, other, chain, login(1), 0))
	return m
}

// spoil damages one of the files in one way, and tells whether anything has changed.
func spoil(t testing.TB, rt *rapid.T, files [][]byte) bool {
	if len(files) == 0 {
		return false
	}
	at := rapid.IntRange(0, len(files)-1).Draw(rt, "file")
	was := files[at]
	rows := bytes.SplitAfter(was, []byte("\n"))
	rows = rows[:len(rows)-1]
	row := func() int { return rapid.IntRange(0, len(rows)-1).Draw(rt, "row") }
	switch rapid.IntRange(0, 5).Draw(rt, "spoil") {
	case 0:
		files[at] = bytes.Clone(was)
		files[at][rapid.IntRange(0, len(was)-1).Draw(rt, "byte")] ^= byte(rapid.IntRange(1, 255).Draw(rt, "bits"))
	case 1:
		files[at] = was[:rapid.IntRange(0, len(was)-1).Draw(rt, "cut")]
	case 2:
		i := row()
		files[at] = bytes.Join(slices.Delete(slices.Clone(rows), i, i+1), nil)
	case 3:
		i, j := row(), row()
		rows[i], rows[j] = rows[j], rows[i]
		files[at] = bytes.Join(rows, nil)
	case 4:
		if len(rows) == 1 {
			return false // nothing was exported: twice that is still nothing
		}
		i := row()
		files[at] = bytes.Join(slices.Insert(slices.Clone(rows), i, rows[row()]), nil)
	default: // of another store
		text, err := lines(t, elsewhere(t, "cli"), audit.Filter{})[0].Export()
		must(t, err)
		i := row()
		files[at] = bytes.Join(slices.Replace(slices.Clone(rows), i, i+1, append(text, '\n')), nil)
	}
	return !bytes.Equal(was, files[at])
}

var _ kv.View = (*mem)(nil)
