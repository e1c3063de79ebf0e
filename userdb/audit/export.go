package audit

import (
	"bytes"
	"crypto/hmac"
	"encoding/json"
	"fmt"
	"time"
	"unicode/utf16"
	"unicode/utf8"
)

// An exported line is all that is needed to verify it again.
type exported struct {
	Chain string `json:"chain"`
	Seq   uint64 `json:"seq"`
	Event
	Prev Sum `json:"prev"`
	MAC  Sum `json:"mac"`
}

// Export writes the line as JSON in ASCII, which goes through any pipe and any terminal, without a line end.
func (l Line) Export() ([]byte, error) {
	text, err := json.Marshal(exported(l))
	return ascii(text), err
}

// parseExport reads what Export wrote. Bytes that say the same in another way are refused.
func parseExport(text []byte) (Line, bool) {
	var x exported
	if json.Unmarshal(text, &x) != nil {
		return Line{}, false
	}
	l := Line(x)
	again, err := l.Export()
	return l, err == nil && bytes.Equal(again, text) && l.timed() && isChainName(l.Chain)
}

// A Closing is the last line of an export: what is in it, so that a line cut off its end is missed.
type Closing struct {
	Time   time.Time `json:"time"`
	Chains []Span    `json:"chains"` // in the order in which they were written
}

type closingLine struct {
	Export Closing `json:"export"`
	MAC    Sum     `json:"mac"`
}

const closingStart = `{"export":`

func (c Closing) mac(key []byte) Sum {
	k := newMAC(key, "jotkit audit export 1")
	k.number(uint64(c.Time.UnixMilli()))
	k.number(uint64(len(c.Chains)))
	for _, s := range c.Chains {
		k.text(s.Chain)
		k.number(s.First)
		k.number(s.Last)
		k.Write(s.MAC[:])
	}
	return k.sum()
}

// Export writes the closing line, without a line end. key is Secrets.Audit.
func (c Closing) Export(key []byte) ([]byte, error) {
	if err := checkKey(key); err != nil {
		return nil, err
	}
	c.Time = c.Time.UTC().Truncate(time.Millisecond)
	if c.Chains == nil {
		c.Chains = []Span{}
	}
	return json.Marshal(closingLine{c, c.mac(key)})
}

func parseClosing(text, key []byte) (Closing, bool) {
	var c closingLine
	if json.Unmarshal(text, &c) != nil {
		return Closing{}, false
	}
	again, err := json.Marshal(c)
	want := c.Export.mac(key)
	timed := Event{Time: c.Export.Time}.timed()
	return c.Export, err == nil && bytes.Equal(again, text) && timed && hmac.Equal(want[:], c.MAC[:])
}

// ascii writes JSON without a character beyond ASCII, nor one that steers a terminal.
func ascii(text []byte) []byte {
	if bytes.IndexFunc(text, func(r rune) bool { return r >= 0x7f }) < 0 {
		return text
	}
	var out bytes.Buffer
	for len(text) > 0 {
		r, size := utf8.DecodeRune(text)
		text = text[size:]
		switch {
		case r < 0x7f:
			out.WriteRune(r)
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			fmt.Fprintf(&out, `\u%04x\u%04x`, high, low)
		default:
			fmt.Fprintf(&out, `\u%04x`, r)
		}
	}
	return out.Bytes()
}
