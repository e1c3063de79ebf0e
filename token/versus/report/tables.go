package report

import (
	"fmt"
	"slices"
	"strings"

	"jotkit/token/versus"
)

const (
	raceHead   = "| work | jotkit | beside | its time | ratio (half of the turns) | aim |\n|---|---|---|---|---|---|\n"
	figureHead = "| what | is | aim |\n|---|---|---|\n"
	growthEnd  = " growth | aim |\n"
	none       = "–" // in a cell that has nothing to say
)

// Tables are README's tables of races and figures, a pair of them under each heading.
func Tables(results []versus.Result) string {
	var b strings.Builder
	for i, g := range groups {
		mine := slices.DeleteFunc(slices.Clone(results), func(r versus.Result) bool { return r.Chart != "" || group(r.Package) != i })
		if len(mine) == 0 {
			continue
		}
		fmt.Fprintf(&b, "\n**%s**\n", g.heading)
		var races, figures strings.Builder
		before := ""
		for _, r := range byWork(mine) {
			if r.Rival == "" {
				fmt.Fprintf(&figures, "| %s | %s | %s |\n", r.Work, quantity(r.Ours.Median, r.Unit), aim(r.Ours.Median, r.AtMost, r.Unit))
				continue
			}
			ours := fmt.Sprintf("%s | %s", r.Work, quantity(r.Ours.Median, r.Unit))
			if ours == before {
				ours = "|" // two cells with nothing in them: as above
			} else {
				before = ours
			}
			fmt.Fprintf(&races, "| %s | %s | %s | %s | %s |\n", ours, r.Rival,
				quantity(r.Theirs.Median, r.Unit), ratio(r.Ratio.Low, r.Ratio.Median, r.Ratio.High), aim(r.Ratio.Median, r.AtMost, ""))
		}
		b.WriteString(headed(raceHead, races.String()) + headed(figureHead, figures.String()))
	}
	return b.String()
}

func headed(head, rows string) string {
	if rows == "" {
		return ""
	}
	return "\n" + head + rows
}

// byWork has what is about one work side by side, in the order in which the works come first.
func byWork(results []versus.Result) []versus.Result {
	var works []string
	for _, r := range results {
		if !slices.Contains(works, r.Work) {
			works = append(works, r.Work)
		}
	}
	sorted := slices.Clone(results)
	slices.SortStableFunc(sorted, func(a, b versus.Result) int { return slices.Index(works, a.Work) - slices.Index(works, b.Work) })
	return sorted
}

// aim says what a value is to be at most, and whether it is. What cannot be seen in three digits makes no difference.
func aim(value, atMost float64, unit string) string {
	if atMost == 0 {
		return none
	}
	most, is := short(atMost), digits(value)
	if unit == "ns" {
		most, is = brief(atMost, unit), quantity(value, unit)
	}
	if round(value) <= round(atMost) {
		return fmt.Sprintf("at most %s: yes", most)
	}
	return fmt.Sprintf("at most %s: **no, %s**", most, is)
}

// Growth are the tables of what the chart shows, one for each of what a cost may grow by.
func Growth(results []versus.Result) string {
	var b strings.Builder
	for _, p := range panels(results) {
		fmt.Fprintf(&b, "\n| by %s |", p.chart)
		for _, n := range p.sizes() {
			fmt.Fprintf(&b, " %s |", size(n))
		}
		b.WriteString(growthEnd + "|" + strings.Repeat("---|", len(p.sizes())+3) + "\n")
		for _, c := range p.curves {
			fmt.Fprintf(&b, "| %s |", c.work)
			for _, n := range p.sizes() {
				cell := none
				if i := slices.IndexFunc(c.points, func(r versus.Result) bool { return r.Size == n }); i >= 0 {
					cell = quantity(c.points[i].Ours.Median, c.points[i].Unit)
				}
				fmt.Fprintf(&b, " %s |", cell)
			}
			b.WriteString(c.growth() + "\n")
		}
	}
	return b.String()
}

// growth is the end of a curve's row: the most that it has grown, and what was aimed at.
func (c curve) growth() string {
	worst := c.points[0]
	for _, r := range c.points {
		if r.Ratio.Median > worst.Ratio.Median {
			worst = r
		}
	}
	if worst.Ratio.Median == 0 {
		return " – | – |"
	}
	return fmt.Sprintf(" %s | %s |", digits(worst.Ratio.Median), aim(worst.Ratio.Median, worst.AtMost, ""))
}

// A panel is all that may grow by one thing, and a curve one work in it, its points by size.
type (
	panel struct {
		chart  string
		curves []curve
	}
	curve struct {
		work   string
		points []versus.Result
	}
)

// panels sorts the points of the results, in the order in which charts and works come first.
func panels(results []versus.Result) (all []panel) {
	for _, r := range results {
		if r.Chart == "" {
			continue
		}
		i := slices.IndexFunc(all, func(p panel) bool { return p.chart == r.Chart })
		if i < 0 {
			i, all = len(all), append(all, panel{chart: r.Chart})
		}
		p := &all[i]
		k := slices.IndexFunc(p.curves, func(c curve) bool { return c.work == r.Work })
		if k < 0 {
			k, p.curves = len(p.curves), append(p.curves, curve{work: r.Work})
		}
		p.curves[k].points = append(p.curves[k].points, r)
	}
	for _, p := range all {
		for _, c := range p.curves {
			slices.SortFunc(c.points, func(a, b versus.Result) int { return int(a.Size - b.Size) })
		}
	}
	return all
}

// sizes are all sizes of the panel's points, the smallest first.
func (p panel) sizes() (all []float64) {
	for _, c := range p.curves {
		for _, r := range c.points {
			all = append(all, r.Size)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}
