package report

import (
	"fmt"
	"math"
	"strings"
)

// A plot knows where its values lie. Both axes are logarithmic; 0 has a place of its own, left of the smallest size.
type plot struct {
	left, top, width float64
	low, high        float64 // sizes at both ends, as logarithms
	zero             bool    // there is one with size 0
	bottom, upper    float64 // times at both ends, in nanoseconds
	ticks            []float64
}

// zeroStep is how far 0 lies from the smallest size, in powers of ten.
const zeroStep = 1.0

func (p panel) plot(left, top float64) plot {
	f := plot{left: left, top: top, width: panelWidth - ticksWidth - 12}
	sizes := p.sizes()
	if f.zero = sizes[0] == 0; f.zero {
		sizes = sizes[1:]
	}
	if len(sizes) > 0 {
		f.low, f.high = log(sizes[0]), log(sizes[len(sizes)-1])
	}
	if f.zero {
		f.low -= zeroStep
	}
	if f.low == f.high {
		f.low, f.high = f.low-0.5, f.high+0.5
	}
	least, most := math.Inf(1), 0.0
	for _, c := range p.curves {
		for _, r := range c.points {
			least, most = min(least, r.Ours.Median), max(most, r.Ours.Median)
		}
	}
	f.bottom, f.upper, f.ticks = timeAxis(least, most)
	return f
}

// timeAxis is an axis of one power of ten or more around the times, with 1, 2 and 5 of each as ticks where there are few,
// and else with the powers alone.
func timeAxis(least, most float64) (bottom, upper float64, ticks []float64) {
	steps := func(from, to int, factors ...float64) (all []float64) {
		for e := from; e <= to; e++ {
			for _, f := range factors {
				all = append(all, f*math.Pow10(e))
			}
		}
		return all
	}
	from, to := int(math.Floor(log(least)))-1, int(math.Ceil(log(most)))+1
	all := steps(from, to, 1, 2, 5)
	i, k := 0, len(all)-1
	for all[i+1] <= least {
		i++
	}
	for all[k-1] >= most {
		k--
	}
	for all[k]/all[i] < 9.99 { // a curve that is flat shall look flat
		if i--; all[k]/all[i] < 9.99 {
			k++
		}
	}
	bottom, upper = all[i], all[k]
	if upper/bottom < 300 {
		return bottom, upper, all[i : k+1]
	}
	from, to = int(math.Floor(log(bottom)+1e-9)), int(math.Ceil(log(upper)-1e-9))
	return math.Pow10(from), math.Pow10(to), steps(from, to, 1)
}

func (f plot) x(size float64) float64 {
	at := f.low
	if size > 0 {
		at = log(size)
	}
	return f.left + 12 + (f.width-24)*(at-f.low)/(f.high-f.low)
}

func (f plot) y(ns float64) float64 {
	return f.top + plotHeight*(1-(log(ns)-log(f.bottom))/(log(f.upper)-log(f.bottom)))
}

// axes draws the grid of times, the sizes that there are points for, and what they are.
func (f plot) axes(b *strings.Builder, p panel) {
	for _, t := range f.ticks {
		fmt.Fprintf(b, `<line class="grid" x1="%.1f" x2="%.1f" y1="%.1f" y2="%.1f"/>`+"\n", f.left, f.left+f.width, f.y(t), f.y(t))
		text(b, "tick", f.left-8, f.y(t)+4, "end", brief(t, "ns"))
	}
	floor := f.top + plotHeight
	fmt.Fprintf(b, `<line class="axis" x1="%.1f" x2="%.1f" y1="%.1f" y2="%.1f"/>`+"\n", f.left, f.left+f.width, floor, floor)
	free := math.Inf(-1) // where the next label may begin
	for _, n := range p.sizes() {
		x := f.x(n)
		fmt.Fprintf(b, `<line class="axis" x1="%.1f" x2="%.1f" y1="%.1f" y2="%.1f"/>`+"\n", x, x, floor, floor+5)
		if x-labelWidth/2 >= free {
			text(b, "tick", x, floor+18, "middle", size(n))
			free = x + labelWidth/2
		}
	}
	if f.zero && len(p.sizes()) > 1 { // the axis is broken between 0 and the rest
		x := (f.x(0) + f.x(p.sizes()[1])) / 2
		fmt.Fprintf(b, `<path d="M%.1f %.1fl4 -10M%.1f %.1fl4 -10" class="axis"/>`+"\n", x-4, floor+5, x+1, floor+5)
	}
	text(b, "tick", f.left+f.width/2, floor+36, "middle", p.chart)
}

func log(v float64) float64 { return math.Log10(v) }
