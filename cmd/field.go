package cmd

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"jotkit/token"
)

// field finds what --field asks for: a claim, or with "header." before it a header parameter.
func field(header, claims json.RawMessage, path string) (json.RawMessage, error) {
	from, rest := claims, path
	if inHeader, ok := strings.CutPrefix(path, "header."); ok {
		from, rest = header, inHeader
	}
	if value, found := lookUp(from, rest); found {
		return value, nil
	}
	return nil, fmt.Errorf("%w: %q", errAbsent, path)
}

// lookUp goes down a path. A name may hold dots itself, as those that are URLs do, so longer ones are tried first.
func lookUp(from json.RawMessage, path string) (json.RawMessage, bool) {
	if items, ok := elements(from); ok {
		head, rest, deeper := strings.Cut(path, ".")
		i, err := strconv.Atoi(head)
		if err != nil || i < 0 || i >= len(items) {
			return nil, false
		}
		if !deeper {
			return items[i], true
		}
		return lookUp(items[i], rest)
	}
	members, err := token.ParseObject(from)
	if err != nil {
		return nil, false
	}
	for end := len(path); end > 0; end = strings.LastIndexByte(path[:end], '.') {
		for _, m := range members {
			if m.Name != path[:end] {
				continue
			}
			if end == len(path) {
				return m.Value, true
			}
			if value, found := lookUp(m.Value, path[end+1:]); found {
				return value, true
			}
		}
	}
	return nil, false
}

func elements(from json.RawMessage) (items []json.RawMessage, ok bool) {
	if !bytes.HasPrefix(bytes.TrimSpace(from), []byte("[")) {
		return nil, false
	}
	return items, json.Unmarshal(from, &items) == nil
}

// printField writes one value: a string bare, anything else as JSON. A pipe gets the string as it is, a terminal with what
// could steer it escaped.
func (e *env) printField(value json.RawMessage) error {
	var text string
	if bytes.HasPrefix(value, []byte(`"`)) && !e.json {
		if err := json.Unmarshal(value, &text); err != nil {
			return err
		}
		if e.term.out {
			text = safeText(text)
		}
		return e.print(text + "\n")
	}
	var out bytes.Buffer
	if err := json.Compact(&out, value); err != nil {
		return err
	}
	return e.print(safeJSON(out.Bytes()) + "\n")
}
