package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"

	"golang.org/x/net/http/httpguts"

	"jotkit/token/flaw"
)

const (
	probeTime        = 2 * time.Minute  // for all requests together
	probeRequestTime = 10 * time.Second // for one
	probeBody        = 64 << 10         // the most that is read of an answer, in bytes, and of its header again as much
)

// errLetIn comes back when a service let in what it should have refused.
var errLetIn = errors.New("let in")

// errProbeTime ends a probe that takes too long.
var errProbeTime = fmt.Errorf("the service took more than %v in all", probeTime)

// noVerdict is why nothing can be told about a service. It is unforeseen (1), and no verdict of the table.
func noVerdict(hint, format string, args ...any) error {
	return &hintedError{fmt.Errorf("no verdict: "+format, args...), hint}
}

// A prober sends requests to one service, over one connection.
type prober struct {
	at     *probedURL
	client *http.Client
}

func newProber(at *probedURL) *prober {
	dialer := &net.Dialer{Control: at.hold}
	return &prober{at, &http.Client{
		Timeout: probeRequestTime,
		Transport: &http.Transport{
			DialContext: dialer.DialContext, MaxConnsPerHost: 1, DisableCompression: true,
			MaxResponseHeaderBytes: probeBody, ForceAttemptHTTP2: true,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

func (p *prober) close() { p.client.CloseIdleConnections() }

// ask sends one request with a token, or without one for "", and reads enough of the answer to use the connection again.
func (p *prober) ask(ctx context.Context, raw string) (*http.Response, error) {
	q, err := http.NewRequestWithContext(ctx, http.MethodGet, p.at.String(), nil)
	if err != nil {
		return nil, err
	}
	q.Header.Set("User-Agent", "jotkit probe")
	if raw != "" {
		q.Header.Set("Authorization", "Bearer "+raw)
	}
	answer, err := p.client.Do(q)
	switch {
	case err != nil && ctx.Err() != nil:
		return nil, context.Cause(ctx)
	case err != nil:
		return nil, unnamed(err)
	}
	_, _ = io.CopyN(io.Discard, answer.Body, probeBody) // the status has said it, whatever becomes of the rest
	return answer, answer.Body.Close()
}

// unnamed takes the URL off an error that is about to be named anyway.
func unnamed(err error) error {
	var named *url.Error
	if errors.As(err, &named) {
		return named.Err
	}
	return err
}

// isLetIn tells whether an answer lets in. A redirect, such as one to where people log in, does not.
func isLetIn(status int) bool { return status >= 200 && status <= 299 }

// refusesNone wants a request without any token to be refused.
func (p *prober) refusesNone(ctx context.Context) error {
	answer, err := p.ask(ctx, "")
	switch {
	case err != nil && (ctx.Err() != nil || errors.Is(err, errNotOwned)):
		return err
	case err != nil:
		return noVerdict("is it running, and is that its address?", "%q does not answer: %w", p.at, err)
	}
	if isLetIn(answer.StatusCode) {
		err := fmt.Errorf("a request without any token is %w (%s): %q is not protected at all", errLetIn, answer.Status, p.at)
		return &hintedError{err, "have it ask for a token, or name a URL that does"}
	}
	return nil
}

// letsIn wants a good token to be let in.
func (p *prober) letsIn(ctx context.Context, good, otherwise string) error {
	answer, err := p.ask(ctx, good)
	switch {
	case err != nil && ctx.Err() != nil:
		return err
	case err != nil:
		return noVerdict("see whether the service is still there", "%s: %w", otherwise, err)
	case isLetIn(answer.StatusCode):
		return nil
	}
	status := answer.Status
	if to := answer.Header.Get("Location"); to != "" {
		status += " to " + to
	}
	return noVerdict(goodHint(answer.StatusCode), "%s (%s)", otherwise, status)
}

func goodHint(status int) string {
	switch {
	case status == http.StatusTooManyRequests:
		return "have the service allow more requests while it is probed"
	case status >= 300 && status <= 399:
		return "name the URL that answers without a redirect"
	case status == http.StatusForbidden:
		return "give the good token what the service asks for, such as -c scope=… or -c roles:='[…]'"
	case status == http.StatusUnauthorized:
		return "say with --iss, --aud and --sub what the service expects, and with --key or --store what it trusts"
	}
	return "name a URL that answers 200 to GET with a good token"
}

// tries sends a bad token. Only the end of the whole probe is an error: no answer to a bad one is something to tell.
func (p *prober) tries(ctx context.Context, bad flaw.Token) (probeRow, error) {
	row := probeRow{Flaw: bad.Name, Expect: expected(bad.Kind), Verdict: notSent}
	if !httpguts.ValidHeaderFieldValue(bad.Raw) {
		return row, nil
	}
	answer, err := p.ask(ctx, bad.Raw)
	switch {
	case err != nil && ctx.Err() != nil:
		return row, err
	case err != nil:
		row.Verdict = noAnswer
		return row, nil
	}
	row.Status = answer.StatusCode
	row.Verdict = verdictOn(row.Status)
	return row, nil
}
