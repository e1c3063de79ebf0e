package userdb

// A span is a piece of the space of digests, [low, high). The deny list is made of pieces that tile the space: each begins
// where the one before it ends.
type span struct {
	low  Digest
	high Digest // zero stands for the end of the space, 2^96
}

// Name returns the name of the record of the chunk that lies here.
func (s span) Name() string { return denyPrefix + s.low.String() }

// Low returns the least digest in the span.
func (s span) Low() Digest { return s.low }

// Covers tells whether d is in the span.
func (s span) Covers(d Digest) bool { return s.covers(d.point()) }

func (s *span) covers(d point) bool {
	return !d.less(s.low.point()) && (s.last() || d.less(s.high.point()))
}

// follows tells whether the span begins where prev ends.
func (s span) follows(prev span) bool { return !prev.last() && s.low == prev.high }

// last tells whether the span reaches to the end of the space.
func (s span) last() bool { return s.high == Digest{} }

// continues tells whether the span begins where prev ended, or the space begins.
func (s span) continues(prev *span) error {
	if prev == nil && s.low == (Digest{}) || prev != nil && s.follows(*prev) {
		return nil
	}
	return damaged(s.Name(), "the deny list has a hole or an overlap before it")
}

// endsWith tells whether the space ends with the last span.
func endsWith(last *span) error {
	if last == nil || !last.last() {
		return damaged(denyPrefix, "the deny list ends before the space does")
	}
	return nil
}

// hole is the error of a digest that nothing covers.
func hole(d Digest) error {
	return damaged(denyPrefix+d.String(), "the deny list has a hole here")
}
