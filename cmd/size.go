package cmd

import "fmt"

func percent(part, whole int) int {
	if whole == 0 {
		return 0
	}
	return part * 100 / whole
}

// formatSize is a size for people.
func formatSize(n int64) string {
	units, size := []string{"bytes", "KiB", "MiB", "GiB", "TiB"}, float64(n)
	for len(units) > 1 && size >= 1024 {
		units, size = units[1:], size/1024
	}
	if units[0] == "bytes" || size >= 10 {
		return fmt.Sprintf("%.0f %s", size, units[0])
	}
	return fmt.Sprintf("%.1f %s", size, units[0])
}
