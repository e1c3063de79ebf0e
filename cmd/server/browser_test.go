package server_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/audits"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// A browser is a real one, driven as a person would drive it. Whatever it complains of, and every place it talks to, is
// written down.
type browser struct {
	t   *testing.T
	ctx context.Context
	url string

	mu         sync.Mutex
	complaints []string
	requests   []string
}

// peer skips the test when a program is missing, and fails where it is required.
func peer(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err == nil {
		return path
	}
	if os.Getenv("JOTKIT_PEERS") == "require" {
		t.Fatalf("%s is required and not installed", name)
	}
	t.Skipf("%s is not installed", name)
	return ""
}

// newBrowser starts a browser on a page, with nothing remembered and for two minutes at most. Scripts run before the page's.
func newBrowser(t *testing.T, url string, scripts ...string) *browser {
	t.Helper()
	path := peer(t, "chromium")
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.WindowSize(1280, 900),
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-sync", true), chromedp.Flag("no-first-run", true),
	)
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewExecAllocator(ctx, options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel) // the first to run: it ends the browser, and waits until it has gone
	b := &browser{t: t, ctx: ctx, url: url}
	if err := chromedp.Listen(ctx, b.listen); err != nil { // starts it
		t.Fatal(err)
	}
	command(b, network.Enable, network.EnableParams{})
	command(b, log.Enable, cdp.Empty{})
	command(b, audits.Enable, cdp.Empty{})
	for _, script := range scripts {
		command(b, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: script})
	}
	b.do(chromedp.Navigate(url), chromedp.WaitReady(chromedp.ID("token")))
	return b
}

// command sends one command of the DevTools protocol.
func command[P, R any](b *browser, c cdp.Command[P, R], params P) R {
	b.t.Helper()
	r, err := chromedp.Call(b.ctx, c, params)
	if err != nil {
		b.t.Fatal(err)
	}
	return r
}

// get runs what has a value.
func get[T any](b *browser, a chromedp.Action[T]) T {
	b.t.Helper()
	v, err := chromedp.Run(b.ctx, a)
	if err != nil {
		b.t.Fatal(err)
	}
	return v
}

func (b *browser) listen(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	complain := func(format string, args ...any) { b.complaints = append(b.complaints, fmt.Sprintf(format, args...)) }
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		b.requests = append(b.requests, e.Request.URL)
	case *runtime.EventConsoleAPICalled:
		complain("console.%s", e.Type)
	case *runtime.EventExceptionThrown:
		complain("exception: %v", e.ExceptionDetails)
	case *log.EventEntryAdded:
		if e.Entry.Source != log.EntrySourceNetwork { // a 401 that the page asked for is none
			complain("log: %s", e.Entry.Text)
		}
	case *audits.EventIssueAdded:
		complain("issue: %s", e.Issue.Code)
	}
}

// quiet wants nothing to have been complained of, and nobody but the server to have been talked to.
func (b *browser) quiet() {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, c := range b.complaints {
		b.t.Errorf("the browser complains: %s", c)
	}
	here := 0
	for _, url := range b.requests {
		switch {
		case strings.HasPrefix(url, b.url+"/"):
			here++
		case !strings.HasPrefix(url, "data:"):
			b.t.Errorf("a request went to %s", url)
		}
	}
	if here < 5 { // the page, its two files, the keys, the issuer
		b.t.Errorf("only %d requests were seen", here)
	}
}

func (b *browser) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, steps...); err != nil {
		b.t.Fatal(err)
	}
}

// js evaluates an expression, waiting for it where it is a promise.
func js[T any](b *browser, expression string) T {
	b.t.Helper()
	return get(b, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise, chromedp.EvalAsValue))
}

func (b *browser) run(expression string) { b.t.Helper(); js[chromedp.Void](b, expression) }

// until waits for an expression to become true.
func (b *browser) until(expression string) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, chromedp.Poll[chromedp.Void](expression, chromedp.WithPollingTimeout(10*time.Second))); err != nil {
		b.t.Fatalf("it never came that %s (%v); the page shows:\n%s", expression, err, js[string](b, `document.querySelector("main").innerText`))
	}
}

// shows waits for an element to show a text.
func (b *browser) shows(id, text string) {
	b.t.Helper()
	b.until(fmt.Sprintf(`(e => !e.closest("[hidden]") && e.innerText.includes(%q))(document.getElementById(%q))`, text, id))
}

// says waits for a verdict: the state that colours it, and the words.
func (b *browser) says(state, headline string) {
	b.t.Helper()
	b.until(fmt.Sprintf(`(v => v.dataset.state === %q && v.ariaBusy === "false")(document.getElementById("verdict"))`, state))
	b.shows("headline", headline)
}

func (b *browser) press(keys string) { b.t.Helper(); b.do(chromedp.KeyEvent(keys)) }

func (b *browser) click(id string) { b.t.Helper(); b.do(chromedp.Click(chromedp.ID(id))) }

// read puts a token into the field in place of what is there, as a paste does.
func (b *browser) read(token string) {
	b.t.Helper()
	b.run(`document.getElementById("token").focus(), document.getElementById("token").select()`)
	command(b, input.InsertText, input.InsertTextParams{Text: token})
}

func (b *browser) token() string { b.t.Helper(); return get(b, chromedp.Value(chromedp.ID("token"))) }

func (b *browser) focused() (id string) {
	b.t.Helper()
	return js[string](b, `document.activeElement.id`)
}
