package report

import (
	"fmt"
	"slices"
	"strings"

	"jotkit/token/versus"
)

// Where things are in a chart, in pixels.
const (
	margin      = 24.0
	panelWidth  = 420.0
	plotHeight  = 190.0
	legendRow   = 20.0
	headHeight  = 30.0 // of a panel
	axisHeight  = 48.0 // below a plot
	ticksWidth  = 52.0 // left of a plot
	panelGap    = 36.0
	titleHeight = 34.0 // of the chart
	labelWidth  = 38.0 // what a tick's label needs
)

// colours are told apart by those who see few, and stand out from white.
var colours = []string{"#0072b2", "#c04f00", "#00795a", "#a3447f", "#7a6200", "#4d4d4d"}

const style = `text{font:13px system-ui,-apple-system,"Segoe UI",sans-serif;fill:#24292f}` +
	`.title{font-size:17px;font-weight:600}.panel{font-size:14px;font-weight:600}.tick{font-size:11px;fill:#57606a}` +
	`.grid{stroke:#e3e7eb}.axis{stroke:#8c959f}`

// Chart draws the points among the results: an SVG with one panel for each of what a cost may grow by, both axes
// logarithmic, and all numbers in it as text too, for those who have it read to them.
func Chart(results []versus.Result) string {
	all := panels(results)
	columns := min(2, max(1, len(all)))
	width := 2*margin + float64(columns)*(panelWidth+panelGap) - panelGap
	var body strings.Builder
	top := margin + titleHeight
	for row := range slices.Chunk(all, columns) {
		legend := 0.0 // so that the plots of a row stand side by side
		for _, p := range row {
			legend = max(legend, legendRow*float64(len(p.curves)))
		}
		for i, p := range row {
			p.draw(&body, margin+float64(i)*(panelWidth+panelGap), top, legend)
		}
		top += headHeight + legend + plotHeight + axisHeight + panelGap
	}
	height := top - panelGap + margin
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.0f %.0f" width="%.0f" height="%.0f" role="img" aria-labelledby="title desc">`+"\n",
		width, height, width, height)
	fmt.Fprintf(&b, "<title id=\"title\">%s</title>\n<desc id=\"desc\">%s</desc>\n<style>%s</style>\n", chartTitle, escape(described(all)), style)
	fmt.Fprintf(&b, `<rect x="0.5" y="0.5" width="%.0f" height="%.0f" rx="10" fill="#ffffff" stroke="#d0d7de"/>`+"\n", width-1, height-1)
	fmt.Fprintf(&b, `<text class="title" x="%.0f" y="%.0f">%s</text>`+"\n", margin, margin+15, chartTitle)
	text(&b, "tick", width-margin, margin+15, "end", "time for one; both axes are logarithmic")
	return b.String() + body.String() + "</svg>\n"
}

const chartTitle = "What it costs where there is more"

// described is the chart in words.
func described(all []panel) string {
	var b strings.Builder
	for _, p := range all {
		for _, c := range p.curves {
			fmt.Fprintf(&b, "%s, by %s:", c.work, p.chart)
			for i, r := range c.points {
				fmt.Fprintf(&b, "%s %s at %s", strings.Repeat(",", min(i, 1)), quantity(r.Ours.Median, r.Unit), size(r.Size))
			}
			b.WriteString(". ")
		}
	}
	return strings.TrimSpace(b.String())
}

// draw draws a panel: its name, its legend with the numbers at both ends of each curve, and its plot.
func (p panel) draw(b *strings.Builder, left, top, legend float64) {
	fmt.Fprintf(b, "<g class=\"panel-of\"><title>%s</title>\n", escape(p.chart))
	text(b, "panel", left, top+14, "start", "by "+p.chart)
	for i, c := range p.curves {
		y := top + headHeight + legendRow*float64(i) + 6
		fmt.Fprintf(b, `<rect x="%.1f" y="%.1f" width="12" height="12" rx="3" fill="%s"/>`+"\n", left, y-10, colours[i%len(colours)])
		text(b, "", left+19, y, "start", c.work)
		first, last := c.points[0], c.points[len(c.points)-1]
		ends := quantity(first.Ours.Median, first.Unit)
		if len(c.points) > 1 {
			ends += " → " + quantity(last.Ours.Median, last.Unit)
		}
		text(b, "", left+panelWidth, y, "end", ends)
	}
	f := p.plot(left+ticksWidth, top+headHeight+legend+8)
	f.axes(b, p)
	for i, c := range p.curves {
		f.curve(b, c, colours[i%len(colours)])
	}
	b.WriteString("</g>\n")
}

func (f plot) curve(b *strings.Builder, c curve, colour string) {
	var line []string
	for _, r := range c.points {
		line = append(line, fmt.Sprintf("%.1f,%.1f", f.x(r.Size), f.y(r.Ours.Median)))
	}
	fmt.Fprintf(b, `<polyline points="%s" fill="none" stroke="%s" stroke-width="2.5" stroke-linejoin="round"/>`+"\n", strings.Join(line, " "), colour)
	for _, r := range c.points {
		fmt.Fprintf(b, `<circle cx="%.1f" cy="%.1f" r="4" fill="%s" stroke="#ffffff" stroke-width="1.5"><title>%s</title></circle>`+"\n",
			f.x(r.Size), f.y(r.Ours.Median), colour, escape(pointTitle(r)))
	}
}

// pointTitle is what a point says of itself.
func pointTitle(r versus.Result) string {
	return fmt.Sprintf("%s, %s: %s", r.Work, size(r.Size), quantity(r.Ours.Median, r.Unit))
}

func text(b *strings.Builder, class string, x, y float64, anchor, s string) {
	if class != "" {
		class = ` class="` + class + `"`
	}
	fmt.Fprintf(b, `<text%s x="%.1f" y="%.1f" text-anchor="%s">%s</text>`+"\n", class, x, y, anchor, escape(s))
}

func escape(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(s)
}
