package report

import (
	"fmt"
	"regexp"
	"strings"

	"jotkit/token/versus"
)

// Parse reads tables as Tables and Growth write them, with numbers as they are rounded there. It says what is wrong, row by
// row; what is not in a row of a table is not looked at.
func Parse(text string) (results []versus.Result, faults []string) {
	var r reader
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		got, err := r.line(line)
		if err != nil {
			faults = append(faults, fmt.Sprintf("%s: %v", line, err))
		}
		results = append(results, got...)
	}
	seen := map[Thing]bool{}
	for _, r := range results {
		if t := ThingOf(r); r.Chart == "" && seen[t] {
			faults = append(faults, "there are two rows of "+t.String())
		} else {
			seen[t] = true
		}
	}
	return results, faults
}

// A reader knows in which table it is.
type reader struct {
	pkg   string    // one that the heading is for
	kind  string    // raceHead, figureHead, or growthEnd
	chart string    // in a table of growth
	sizes []float64 // in a table of growth
	above [2]string // the work of a race and our time, where the next row has nothing in their place
}

var (
	headingLine = regexp.MustCompile(`^\*\*(.+)\*\*$`)
	growthLine  = regexp.MustCompile(`^\| by ([^|]+) \|(.+) growth \| aim \|$`)
)

func (t *reader) line(line string) ([]versus.Result, error) {
	if m := headingLine.FindStringSubmatch(line); m != nil {
		return nil, t.heading(m[1])
	}
	if !strings.HasPrefix(line, "|") {
		return nil, nil
	}
	for _, head := range []string{raceHead, figureHead} {
		if h, _, _ := strings.Cut(head, "\n"); line == h {
			t.kind, t.above = head, [2]string{}
			return nil, nil
		}
	}
	if m := growthLine.FindStringSubmatch(line); m != nil {
		return nil, t.growthHead(m[1], m[2])
	}
	if strings.Trim(line, "|-") == "" {
		return nil, nil
	}
	return t.row(cells(line))
}

func (t *reader) heading(name string) error {
	for _, g := range groups {
		if g.heading == name {
			t.pkg = g.packages[0]
			return nil
		}
	}
	return fmt.Errorf("no such heading")
}

func (t *reader) growthHead(chart, sizes string) error {
	t.kind, t.chart, t.sizes = growthEnd, chart, nil
	for _, cell := range cells("|" + sizes) {
		n, err := parseSize(cell)
		if err != nil {
			return err
		}
		if k := len(t.sizes); k > 0 && n <= t.sizes[k-1] {
			return fmt.Errorf("%s comes too late", cell)
		}
		t.sizes = append(t.sizes, n)
	}
	return nil
}

func (t *reader) row(c []string) ([]versus.Result, error) {
	switch {
	case t.kind == raceHead && len(c) == 6:
		return t.race(c)
	case t.kind == figureHead && len(c) == 3:
		return t.figure(c)
	case t.kind == growthEnd && len(c) == len(t.sizes)+3:
		return t.growth(c)
	}
	return nil, fmt.Errorf("the row is not like the others")
}

// cells are the texts between the bars of a row.
func cells(line string) []string {
	all := strings.Split(strings.TrimSuffix(strings.TrimPrefix(line, "|"), "|"), "|")
	for i := range all {
		all[i] = strings.TrimSpace(all[i])
	}
	return all
}

var ratioCell = regexp.MustCompile(`^(\S+) \(([^\s–]+)–([^\s–]+)\)$`)

func (t *reader) race(c []string) ([]versus.Result, error) {
	if c[0] == "" && c[1] == "" {
		c[0], c[1] = t.above[0], t.above[1]
	}
	t.above = [2]string{c[0], c[1]}
	r := versus.Result{Package: t.pkg, Work: c[0], Rival: c[2]}
	if r.Work == "" || r.Rival == "" {
		return nil, fmt.Errorf("who does what?")
	}
	var err error
	var theirUnit string
	if r.Ours.Median, r.Unit, err = parseQuantity(c[1]); err != nil {
		return nil, err
	}
	if r.Theirs.Median, theirUnit, err = parseQuantity(c[3]); err != nil {
		return nil, err
	}
	if r.Unit != "ns" || theirUnit != "ns" || r.Ours.Median <= 0 || r.Theirs.Median <= 0 {
		return nil, fmt.Errorf("%q and %q are not two times", c[1], c[3])
	}
	m := ratioCell.FindStringSubmatch(c[4])
	if m == nil {
		return nil, fmt.Errorf("%q is no ratio", c[4])
	}
	for i, v := range []*float64{&r.Ratio.Median, &r.Ratio.Low, &r.Ratio.High} {
		if *v, err = parseNumber(m[i+1]); err != nil {
			return nil, err
		}
	}
	if r.Ratio.Low <= 0 || r.Ratio.Low > r.Ratio.Median || r.Ratio.Median > r.Ratio.High {
		return nil, fmt.Errorf("%q is no ratio", c[4])
	}
	r.AtMost, err = parseAim(c[5], r.Ratio.Median, "")
	return []versus.Result{r}, err
}

func (t *reader) figure(c []string) ([]versus.Result, error) {
	r := versus.Result{Package: t.pkg, Work: c[0]}
	var err error
	if r.Ours.Median, r.Unit, err = parseQuantity(c[1]); err != nil {
		return nil, err
	}
	if r.Work == "" || r.Ours.Median < 0 {
		return nil, fmt.Errorf("what is so many?")
	}
	r.AtMost, err = parseAim(c[2], r.Ours.Median, r.Unit)
	return []versus.Result{r}, err
}

func (t *reader) growth(c []string) (points []versus.Result, err error) {
	for i, n := range t.sizes {
		if c[1+i] == none {
			continue
		}
		r := versus.Result{Work: c[0], Chart: t.chart, Size: n}
		if r.Ours.Median, r.Unit, err = parseQuantity(c[1+i]); err != nil {
			return nil, err
		}
		if r.Unit != "ns" || r.Ours.Median <= 0 {
			return nil, fmt.Errorf("%q is no time", c[1+i])
		}
		points = append(points, r)
	}
	if len(points) == 0 || c[0] == "" {
		return nil, fmt.Errorf("what costs what?")
	}
	last := &points[len(points)-1]
	grown, to := c[len(c)-2], c[len(c)-1]
	if grown == none && to == none {
		return points, nil
	}
	if last.Ratio.Median, err = parseNumber(grown); err != nil {
		return nil, err
	}
	last.AtMost, err = parseAim(to, last.Ratio.Median, "")
	return points, err
}

var aimCell = regexp.MustCompile(`^at most ([^:]+): `)

// parseAim reads what aim writes, and holds it to the value.
func parseAim(cell string, value float64, unit string) (atMost float64, err error) {
	if cell == none {
		return 0, nil
	}
	m := aimCell.FindStringSubmatch(cell)
	if m == nil {
		return 0, fmt.Errorf("%q is no aim", cell)
	}
	if unit == "ns" {
		atMost, _, err = parseQuantity(m[1])
	} else {
		atMost, err = parseNumber(m[1])
	}
	if err != nil {
		return 0, err
	}
	if want := aim(value, atMost, unit); cell != want {
		return 0, fmt.Errorf("the aim is %q, and should be %q", cell, want)
	}
	return atMost, nil
}
