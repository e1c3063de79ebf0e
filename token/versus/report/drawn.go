package report

import (
	"encoding/xml"
	"fmt"
	"slices"
	"strings"

	"jotkit/token/versus"
)

// CheckChart says what is wrong with a chart of the points among the results: it is well-formed, tells who cannot see it
// what is in it, and has these points and no others.
func CheckChart(svg string, results []versus.Result) (faults []string) {
	var drawn struct {
		XMLName xml.Name `xml:"http://www.w3.org/2000/svg svg"`
		Title   string   `xml:"title"`
		Desc    string   `xml:"desc"`
		Panels  []struct {
			Title   string `xml:"title"`
			Circles []struct {
				Title string `xml:"title"`
			} `xml:"circle"`
		} `xml:"g"`
	}
	if err := xml.Unmarshal([]byte(svg), &drawn); err != nil {
		return []string{fmt.Sprintf("the chart is no SVG: %v", err)}
	}
	if drawn.Title == "" || drawn.Desc != described(panels(results)) {
		faults = append(faults, "the chart has no title, or describes other numbers than the tables")
	}
	var got, want []string
	for _, p := range drawn.Panels {
		for _, c := range p.Circles {
			got = append(got, p.Title+": "+c.Title)
		}
	}
	for _, r := range results {
		if r.Chart != "" {
			want = append(want, r.Chart+": "+pointTitle(r))
		}
	}
	for _, s := range want {
		if !slices.Contains(got, s) {
			faults = append(faults, fmt.Sprintf("the chart lacks %q", s))
		}
	}
	for _, s := range got {
		if !slices.Contains(want, s) {
			faults = append(faults, fmt.Sprintf("the chart has %q, and the tables have not", s))
		}
	}
	if strings.TrimSpace(svg[strings.LastIndex(svg, "</svg>")+len("</svg>"):]) != "" {
		faults = append(faults, "something comes after the chart")
	}
	return faults
}
