package token_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"jotkit/token"
)

func isMalformed(err error) bool { return errors.Is(err, token.Malformed) }

// FuzzObject: what ParseObject accepts is an object to encoding/json too, with the same names and values, and none of the
// ambiguities on which readers differ.
func FuzzObject(f *testing.F) {
	for _, s := range []string{
		full, good, `{}`, ` { } `, `[]`, `null`, `{"a":1,"a":2}`, `{"a":{"b":1,"b":2}}`, `{"a":"\ud800"}`,
		"{\"\xff\":1}", `{"a":1}{}`, `{"a":1}x`,
		`{"\u0061":1,"a":2}`, `{"a":1e400,"b":-0,"c":12345678901234567890}`, `{"a":` + nested(31) + `}`, `{"a":` + nested(32) + `}`,
		`{"":"","\u0000":"\u001b"}`, `{"a":"[[[{{{\\\"]"}`,
		strings.Repeat(`{"a":`, 40) + "1" + strings.Repeat("}", 40), "{\"a\":\"\u2028\"}", "\ufeff{}",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		before := bytes.Clone(data)
		members, err := token.ParseObject(data)
		if !bytes.Equal(before, data) {
			t.Fatal("the input was changed")
		}
		if err != nil {
			if members != nil {
				t.Errorf("members %v beside the error %v", members, err)
			}
			return
		}
		if !utf8.Valid(data) {
			t.Errorf("accepted invalid UTF-8: %q", data)
		}
		dec := json.NewDecoder(bytes.NewReader(data))
		dec.UseNumber()
		var want map[string]any
		if err := dec.Decode(&want); err != nil || want == nil || !json.Valid(data) {
			t.Fatalf("encoding/json makes of %q: %v, %v", data, want, err)
		}
		if len(members) != len(want) {
			t.Fatalf("%d members, and %d to encoding/json", len(members), len(want))
		}
		for _, m := range members {
			if !bytes.Contains(data, m.Value) {
				t.Errorf("the value of %q is not as it was written: %s", m.Name, m.Value)
			}
			var got any
			dec := json.NewDecoder(bytes.NewReader(m.Value))
			dec.UseNumber()
			if err := dec.Decode(&got); err != nil || !reflect.DeepEqual(got, want[m.Name]) {
				t.Errorf("%q is %v, and %v to encoding/json (%v)", m.Name, got, want[m.Name], err)
			}
			if deepest(got) > 31 {
				t.Errorf("accepted a depth of %d", deepest(got)+1)
			}
		}
	})
}

func deepest(value any) int {
	most := 0
	switch v := value.(type) {
	case map[string]any:
		for _, inner := range v {
			most = max(most, deepest(inner))
		}
	case []any:
		for _, inner := range v {
			most = max(most, deepest(inner))
		}
	default:
		return 0
	}
	return most + 1
}
