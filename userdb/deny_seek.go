package userdb

import "encoding/binary"

// A point is a digest as numbers that can be reckoned with.
type point struct {
	high uint64
	low  uint32
}

func (d Digest) point() point {
	return point{binary.BigEndian.Uint64(d[:]), binary.BigEndian.Uint32(d[8:])}
}

// pointIn is the point of the digest that a text begins with.
func pointIn(text string) point {
	d := Digest([]byte(text[:len(Digest{})]))
	return d.point()
}

func (p point) less(q point) bool { return p.high < q.high || p.high == q.high && p.low < q.low }

// guesses is how often where reckons before it looks around.
const guesses = 2

// where returns how many of n points of a span, which are in order, are not above d.
//
// Digests are spread evenly, so it can be reckoned where one must be, give or take a few; halving would look at a dozen
// places all over a list, and nearly all of a long list is far from the processor. From the last guess on the steps
// double until d lies between two, so that whatever the points are, it takes no longer than halving does twice.
func where(n int, in span, d point, at func(i int) point) int {
	from, to := float64(in.low.point().high), float64(1<<64)
	if !in.last() {
		to = float64(in.high.point().high)
	}
	low, high, up := 0, n, true // the number is not below low nor above high
	for probe, step := 0, 0; low < high; probe++ {
		mid := low
		switch near := min(step, (high-low)/2); {
		case probe < guesses:
			part := (float64(d.high) - from) / max(to-from, 1)
			mid = min(max(low+int(float64(high-low)*part), low), high-1)
		case up:
			mid, step = low+near, 2*step+1
		default:
			mid, step = high-1-near, 2*step+1
		}
		p := at(mid)
		if up = !d.less(p); up {
			low, from = mid+1, float64(p.high)
		} else {
			high, to = mid, float64(p.high)
		}
	}
	return low
}
