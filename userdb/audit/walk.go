package audit

import (
	"errors"
	"math"

	"jotkit/userdb/kv"
)

// A walk goes through one chain, in pages, and writes its report.
type walk struct {
	ChainReport
	key   []byte
	head  head
	begun bool
	open  bool   // there is no good head: any beginning and any end has to do
	after string // name of the last record read
	want  uint64 // number of the next line
	last  Sum    // MAC of the line before it
	known bool   // last is known, and good
}

func newWalk(key []byte, chain string) *walk {
	return &walk{key: key, ChainReport: ChainReport{Chain: chain}}
}

// page reads the next records of the chain, and tells whether it has come to the end. Store errors other than damage are
// returned.
func (w *walk) page(v kv.View, most int) (done bool, err error) {
	if err := w.look(v); err != nil {
		return false, err
	}
	for {
		full, err := w.scan(v, most)
		switch {
		case err == nil && full:
			return false, nil
		case err == nil:
			w.end()
			return true, nil
		case !errors.Is(err, kv.ErrDamaged):
			return false, err
		}
		// A scan stops at a record that cannot be read, without its name. It is the next line, or there is no telling.
		if _, err := v.Get(lineName(w.Chain, w.want)); !errors.Is(err, kv.ErrDamaged) {
			w.note(w.want, w.head.Seq, LineChanged)
			return true, nil
		}
		w.note(w.want, w.want, LineChanged)
		w.after = lineName(w.Chain, w.want)
		w.want++
		w.known = false
	}
}

// look reads the head of this moment: lines come and go between the pages.
func (w *walk) look(v kv.View) error {
	if w.open {
		return nil
	}
	h, err := readHead(v, w.key, w.Chain)
	switch {
	case errors.Is(err, kv.ErrDamaged):
		w.note(0, 0, HeadChanged)
		w.open = true
	case err != nil:
		return err
	case h.Seq == 0:
		w.note(0, 0, HeadMissing)
		w.open = true
	}
	if w.open {
		h = head{First: 1, Seq: math.MaxUint64}
	} else {
		w.First, w.Last = h.First, h.Seq
	}
	w.head = h
	switch {
	case !w.begun:
		w.begun, w.want, w.known = true, h.First, h.First == 1 && !w.open
	case h.First > w.want: // pruned since the last page
		w.want, w.known, w.after = h.First, false, lineName(w.Chain, h.First-1)
	}
	return nil
}

func (w *walk) scan(v kv.View, most int) (full bool, err error) {
	for e, err := range v.Scan(linesOf(w.Chain), w.after) {
		if err != nil {
			return false, err
		}
		w.after = e.Name
		w.take(e)
		if most--; most <= 0 {
			return true, nil
		}
	}
	return false, nil
}

// take checks one record against the line before it.
func (w *walk) take(e kv.Entry) {
	_, seq, ok := parseName(e.Name)
	if !ok || seq < w.want || seq > w.head.Seq {
		w.note(seq, seq, LineBeyond)
		return
	}
	if seq > w.want {
		w.gap(seq)
	}
	w.want = seq + 1
	l, err := parseLine(e.Name, e.Value)
	if err != nil || !l.authentic(w.key) {
		w.note(seq, seq, LineChanged)
		w.known = false
		return
	}
	if w.known && l.Prev != w.last {
		w.note(seq, seq, LineMoved)
	} else {
		w.Lines++
	}
	w.last, w.known = l.MAC, true
}

// gap notes that the lines from the one wanted up to seq are missing. Without a head the first line may be any.
func (w *walk) gap(seq uint64) {
	w.known = false
	switch {
	case w.want > w.head.First:
		w.note(w.want, seq-1, CutMiddle)
	case !w.open:
		w.note(w.want, seq-1, CutStart)
	}
}

// end compares where the chain ended with its head.
func (w *walk) end() {
	switch {
	case w.open && w.after == "" && w.Faults[0].What == HeadMissing:
		w.Faults[0].What = ChainMissing
	case w.open:
	case w.want <= w.head.Seq:
		w.note(w.want, w.head.Seq, CutEnd)
	case w.known && w.head.kept() > 0 && w.last != w.head.Last:
		w.note(w.head.Seq, w.head.Seq, EndDiffers)
	}
}

func (w *walk) note(from, to uint64, what string) { w.fault(Fault{From: from, To: to, What: what}) }
