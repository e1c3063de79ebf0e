package cmd

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// print writes text to stdout.
func (e *env) print(text string) error {
	_, err := e.out.WriteString(text)
	return err
}

// printJSON writes one document, indented.
func (e *env) printJSON(v any) error {
	text, err := marshal(v)
	if err != nil {
		return err
	}
	pretty, err := indented(text)
	if err != nil {
		return err
	}
	return e.print(pretty + "\n")
}

// printReport writes a document that was asked for, and sends it off: it is there on failure too.
func (e *env) printReport(v any) error {
	if err := e.printJSON(v); err != nil {
		return err
	}
	return e.out.Flush()
}

// printLine writes one document of several, on a line of its own.
func (e *env) printLine(v any) error {
	text, err := marshal(v)
	if err != nil {
		return err
	}
	return e.print(safeJSON(text) + "\n")
}

// marshal writes JSON without escapes for HTML, which this is not.
func marshal(v any) ([]byte, error) {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	err := enc.Encode(v)
	return bytes.TrimRight(out.Bytes(), "\n"), err
}

// indented lays JSON out for people. Numbers and strings stay as they are written.
func indented(text []byte) (string, error) {
	var out bytes.Buffer
	if err := json.Indent(&out, text, "", "  "); err != nil {
		return "", fmt.Errorf("JSON that cannot be shown: %w", err)
	}
	return safeJSON(out.Bytes()), nil
}

// list answers with a list: as one JSON array, or as a table with these headings.
func list[T any](e *env, items []T, headings []string, row func(T) []string) error {
	if e.json {
		if items == nil {
			items = []T{}
		}
		return e.printJSON(items)
	}
	if len(items) == 0 {
		return nil
	}
	return e.print(tableOf(items, headings, row))
}

// tableOf is a table with a row for each item.
func tableOf[T any](items []T, headings []string, row func(T) []string) string {
	rows := [][]string{headings}
	for _, item := range items {
		rows = append(rows, row(item))
	}
	return table(rows)
}
