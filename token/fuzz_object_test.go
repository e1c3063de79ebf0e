package token_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"jotkit/token"
)

func isMalformed(err error) bool { return errors.Is(err, token.Malformed) }

// FuzzObject: ParseObject accepts what jsontext does, where it is an object and nested no deeper than it may be. It is an
// object to encoding/json too, with the same names and values, and has none of the ambiguities on which readers differ.
func FuzzObject(f *testing.F) {
	for _, s := range []string{
		full, good, `{}`, ` { } `, `[]`, `null`, `{"a":1,"a":2}`, `{"a":{"b":1,"b":2}}`, `{"a":"\ud800"}`,
		"{\"\xff\":1}", `{"a":1}{}`, `{"a":1}x`,
		`{"\u0061":1,"a":2}`, `{"a":1e400,"b":-0,"c":12345678901234567890}`, `{"a":` + nested(31) + `}`, `{"a":` + nested(32) + `}`,
		`{"":"","\u0000":"\u001b"}`, `{"a":"[[[{{{\\\"]"}`, `{"a":01}`, `{"a":-}`, `{"a":1.}`, `{"a":.5}`, `{"a":1e+}`, `{"a":1E-07}`,
		`{"a":tru}`, `{"a":nulls}`, `{,}`, `{"a":1,}`, `{"a" 1}`, `{"a":[1,]}`, `{"a":[,1]}`, `{"a":[]]}`, `{"a":{"b":{},"c":[{}]}}`,
		`{"\u0061":1,"\u0061":2}`, `{"x":{"a":1,"\u0061":2}}`, `{"a":"\ud83d\ude00\ude00"}`, `{"a":"\x"}`, `{"a":"\u12"}`,
		"{\"a\":\"\x1f\"}", `{"a":"`, `{"a`, `{"a":"\`, "{\"a\":1}\x00", many(40, ""), many(40, `,"n7":1`), `{"x":[` + many(20, "") + `,` + many(20, "") + `]}`,
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
		if strict := jsontext.Value(data).IsValid(); strict && deepEnough(data) != (err == nil) || !strict && err == nil {
			t.Fatalf("%q: valid to jsontext: %v, and here: %v", data, strict, err)
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

// deepEnough tells whether valid JSON is an object that is nested no deeper than 32.
func deepEnough(data []byte) bool {
	var value map[string]any
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	return dec.Decode(&value) == nil && value != nil && deepest(value) <= 32
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

// many is an object of n members, and what comes after them.
func many(n int, after string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `,"n%d":%d`, i, i)
	}
	return "{" + b.String()[1:] + after + "}"
}
