package cmd

import (
	"strings"
	"unicode/utf8"
)

// table aligns rows in columns, two spaces apart. What is in them comes from stores and tokens, and is made safe here.
func table(rows [][]string) string {
	var widths []int
	safe := make([][]string, len(rows))
	for i, row := range rows {
		for j, cell := range row {
			cell = safeText(cell)
			safe[i] = append(safe[i], cell)
			if j == len(widths) {
				widths = append(widths, 0)
			}
			widths[j] = max(widths[j], utf8.RuneCountInString(cell))
		}
	}
	var out strings.Builder
	for _, row := range safe {
		var line strings.Builder
		for j, cell := range row {
			line.WriteString(cell)
			line.WriteString(strings.Repeat(" ", widths[j]-utf8.RuneCountInString(cell)+2))
		}
		out.WriteString(strings.TrimRight(line.String(), " "))
		out.WriteByte('\n')
	}
	return out.String()
}

// fold breaks text into lines of at most width characters, at spaces where it can. Width 0 is no limit.
func fold(text string, width int) []string {
	if width <= 0 || utf8.RuneCountInString(text) <= width {
		return []string{text}
	}
	var lines []string
	var line []rune
	for _, word := range strings.Split(text, " ") {
		letters := []rune(word)
		if len(line) > 0 && len(line)+1+len(letters) > width {
			lines, line = append(lines, string(line)), nil
		}
		if len(line) > 0 {
			line = append(line, ' ')
		}
		line = append(line, letters...)
		for len(line) > width {
			lines, line = append(lines, string(line[:width])), line[width:]
		}
	}
	return append(lines, string(line))
}
