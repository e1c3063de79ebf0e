package userdb

import "encoding/binary"

// A point is a digest as numbers that can be reckoned with.
type point struct {
	high uint64
	low  uint32
}

func (d Digest) point() point { return pointOf(d[:]) }

// pointOf is the point of the digest that b begins with.
func pointOf(b []byte) point {
	return point{binary.BigEndian.Uint64(b), binary.BigEndian.Uint32(b[8:])}
}

func (p point) less(q point) bool { return p.high < q.high || p.high == q.high && p.low < q.low }

// about is where in the space a point is, from 0 to 2^63. (Of numbers with a sign the processor makes floats in one step.)
func (p point) about() float64 { return float64(int64(p.high >> 1)) }

// guesses is how often where reckons before it looks around.
const guesses = 2

// where returns how many of n points of a span, which are in order, are not above d.
//
// Digests are spread evenly, so it can be reckoned where one must be, give or take a few; halving would look at a dozen
// places all over a list, and nearly all of a long list is far from the processor. From the last guess on the steps
// double until d lies between two, so that whatever the points are, it takes no longer than halving does twice.
func where(n int, in span, d point, at func(i int) point) int {
	from, to := in.low.point().about(), float64(1<<63)
	if !in.last() {
		to = in.high.point().about()
	}
	low, high, up := 0, n, true // the number is not below low nor above high
	for probe, step := 0, 0; low < high; probe++ {
		mid := low
		switch near := min(step, (high-low)/2); {
		case probe < guesses:
			part := (d.about() - from) / max(to-from, 1)
			mid = min(max(low+int(float64(high-low)*part), low), high-1)
		case up:
			mid, step = low+near, 2*step+1
		default:
			mid, step = high-1-near, 2*step+1
		}
		p := at(mid)
		if up = !d.less(p); up {
			low, from = mid+1, p.about()
		} else {
			high, to = mid, p.about()
		}
	}
	return low
}
