package audit

import (
	"errors"

	"jotkit/userdb/kv"
)

// A walk goes through one chain and writes its report.
type walk struct {
	ChainReport
	key   []byte
	head  head
	open  bool   // there is no good head: any beginning and any end has to do
	after string // name of the last record read
	want  uint64 // number of the next line
	last  Sum    // MAC of the line before it
	known bool   // last is known, and good
}

// run reads the records of the chain to the end. Store errors other than damage are returned.
func (w *walk) run(v kv.View) error {
	for {
		err := w.scan(v)
		if err == nil {
			w.end()
			return nil
		}
		if !errors.Is(err, kv.ErrDamaged) {
			return err
		}
		// A scan stops at a record that cannot be read, without its name. It is the next line, or there is no telling.
		if _, err := v.Get(lineName(w.Chain, w.want)); !errors.Is(err, kv.ErrDamaged) {
			w.fault(w.want, w.head.Seq, LineChanged)
			return nil
		}
		w.fault(w.want, w.want, LineChanged)
		w.after = lineName(w.Chain, w.want)
		w.want++
		w.known = false
	}
}

func (w *walk) scan(v kv.View) error {
	for e, err := range v.Scan(linesOf(w.Chain), w.after) {
		if err != nil {
			return err
		}
		w.after = e.Name
		w.take(e)
	}
	return nil
}

// take checks one record against the line before it.
func (w *walk) take(e kv.Entry) {
	_, seq, ok := parseName(e.Name)
	if !ok || seq < w.want || seq > w.head.Seq {
		w.fault(seq, seq, LineBeyond)
		return
	}
	if seq > w.want {
		w.gap(seq)
	}
	w.want = seq + 1
	l, err := parseLine(e.Name, e.Value)
	if err != nil || !l.authentic(w.key) {
		w.fault(seq, seq, LineChanged)
		w.known = false
		return
	}
	if w.known && l.Prev != w.last {
		w.fault(seq, seq, LineMoved)
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
		w.fault(w.want, seq-1, CutMiddle)
	case !w.open:
		w.fault(w.want, seq-1, CutStart)
	}
}

// end compares where the chain ended with its head.
func (w *walk) end() {
	switch {
	case w.open:
	case w.want <= w.head.Seq:
		w.fault(w.want, w.head.Seq, CutEnd)
	case w.known && w.last != w.head.Last:
		w.fault(w.head.Seq, w.head.Seq, EndDiffers)
	}
}

// fault notes a fault, as one with the last when it goes on from there.
func (w *walk) fault(from, to uint64, what string) {
	if n := len(w.Faults); n > 0 && w.Faults[n-1].What == what && w.Faults[n-1].To+1 == from {
		w.Faults[n-1].To = to
		return
	}
	if len(w.Faults) < maxFaults {
		w.Faults = append(w.Faults, Fault{from, to, what})
	}
}
