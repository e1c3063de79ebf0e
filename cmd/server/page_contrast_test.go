package server_test

import (
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// faint lists the texts on the page whose contrast with what lies behind them is under 4.5 to 1 (WCAG 2.2, 1.4.3), and how
// many were looked at.
const faint = `(() => {
	const channels = (css) => css.match(/[\d.]+/g).map(Number);
	const linear = (c) => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
	const light = ([r, g, b]) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
	const behind = (e) => {
		for (; e; e = e.parentElement) {
			const c = channels(getComputedStyle(e).backgroundColor);
			if (c.length === 3) return c;
			if (c[3] !== 0) throw new Error("a background that is half there: " + e.className);
		}
	};
	const out = { Seen: 0, Faint: [] };
	const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
	while (walker.nextNode()) {
		const text = walker.currentNode, e = text.parentElement;
		if (!text.data.trim() || !e.checkVisibility() || e.closest(".off-screen, .jump, noscript, textarea")) continue;
		const [a, b] = [light(channels(getComputedStyle(e).color)), light(behind(e))];
		const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
		out.Seen++;
		if (ratio < 4.5) out.Faint.push(ratio.toFixed(2) + " " + text.data.trim().slice(0, 40));
	}
	return out;
})()`

// TestPageLooks: in light and dark, wide and narrow, everything can be read, and nothing needs scrolling sideways.
func TestPageLooks(t *testing.T) {
	b := newBrowser(t, browserTarget(t).url)
	look := func(state string) {
		t.Helper()
		for _, scheme := range []string{"light", "dark"} {
			command(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
				{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"},
			}})
			for _, width := range []int64{320, 360, 768, 1280} {
				b.do(chromedp.EmulateViewport(width, 800))
				got := js[struct {
					Seen  int
					Faint []string
				}](b, faint)
				if got.Seen < 20 || len(got.Faint) > 0 {
					t.Errorf("%s, %s, %d pixels: of %d texts, these are faint: %q", state, scheme, width, got.Seen, got.Faint)
				}
				if wide := js[int](b, `document.documentElement.scrollWidth`); wide > int(width) {
					t.Errorf("%s, %d pixels: the page is %d wide", state, width, wide)
				}
			}
		}
	}
	look("empty")
	raw := ada(b)
	b.click("call-admin")
	b.shows("answer", "403")
	look("good")
	b.click("break-claim")
	b.says("bad", "The signature is wrong")
	look("bad")
	b.read(part(t, raw, 1, func(s string) string { return `{"sub":"` + string(make([]byte, 300)) + `"}` }))
	b.shows("claims-trouble", "Refused")
	look("refused as a whole")
	b.read(part(t, raw, 0, func(string) string { return `{"alg":"HS256"}` }))
	b.says("unsure", "Cannot")
	look("unsure")
}
