package cmd

import (
	"cmp"
	"context"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"runtime"
	"time"

	"github.com/spf13/cobra"

	"jotkit/cmd/authority"
	"jotkit/cmd/server"
)

// serveOptions are what serve was told.
type serveOptions struct {
	addr              string
	certFile, keyFile string
	selfSigned        bool
	proxies           []netip.Prefix
	closed, metrics   bool
	rotateEvery       time.Duration
	node              string // what it is called among those that share a store
}

func newServe(e *env) *cobra.Command {
	o := serveOptions{addr: "127.0.0.1:8080"}
	c := &cobra.Command{
		Use:   "serve",
		Short: "Log in, verify and protect over HTTP",
		Long: `Answer over HTTP until Ctrl-C or SIGTERM.

People register and log in, services ask about tokens, and the
page at / shows what is in one. Commands on the same store work
meanwhile: what they revoke is refused from the next request on.`,
		Example: `  jotkit serve
  jotkit serve --addr :8443 --tls-cert cert.pem --tls-key key.pem
  jotkit serve --addr :8080 --behind-proxy 10.0.0.0/8`,
		Args: atMost(0),
		RunE: func(c *cobra.Command, _ []string) error { return e.serve(c.Context(), o) },
	}
	f := c.Flags()
	f.StringVar(&o.addr, "addr", o.addr, "answer at `HOST:PORT`")
	f.Var(nonEmpty{&o.certFile}, "tls-cert", "speak TLS with the certificate in the file `F`")
	f.Var(nonEmpty{&o.keyFile}, "tls-key", "the private key of the certificate, in the file `F`")
	f.BoolVar(&o.selfSigned, "tls-self-signed", false, "speak TLS with a certificate made just now")
	f.Var(prefixesValue{&o.proxies}, "behind-proxy", "believe proxies in the network `CIDR` where requests come from")
	f.BoolVar(&o.closed, "no-registration", false, "take no registrations over HTTP")
	f.BoolVar(&o.metrics, "metrics", false, "show numbers at /metrics")
	f.Var(durationValue{&o.rotateEvery, time.Minute}, "rotate-every", "rotate the keys when the active one is `D` old")
	o.bindNode(f)
	c.MarkFlagsRequiredTogether("tls-cert", "tls-key")
	c.MarkFlagsMutuallyExclusive("tls-cert", "tls-self-signed")
	return c
}

func (o serveOptions) tls() bool { return o.certFile != "" || o.selfSigned }

func (e *env) serve(ctx context.Context, o serveOptions) error {
	at, err := o.check()
	if err != nil {
		return err
	}
	log := slog.New(slog.NewJSONHandler(e.errs, &slog.HandlerOptions{Level: e.logLevel()}))
	secure, err := e.tlsConfig(ctx, o, log)
	if err != nil {
		return err
	}
	l, err := listen(at)
	if err != nil {
		return err
	}
	defer l.Close()
	place := placeOf(l, o)
	if o.node == "" {
		o.node = cmp.Or(e.getenv("JOTKIT_NODE"), nodeAt(l, e.host()))
	}
	live, m, err := e.live(ctx, place, o.node)
	if err != nil {
		return err
	}
	s := &server.Server{Live: live, Log: log, NoRegistration: o.closed, Proxies: o.proxies, TLS: secure,
		ProxiesOnly: !o.tls() && !at.IP.IsLoopback(), RotateEvery: o.rotateEvery}
	if o.metrics {
		s.Metrics = server.NewMetrics(live)
		if m != nil {
			s.Metrics.Lag = m.Lag
		}
	}
	if err := e.announce(log, live, place); err != nil {
		return err
	}
	return s.Run(ctx, l)
}

// live opens the store, and makes it where there is none, for strangers to act on. Where it is in a cluster, that comes too.
func (e *env) live(ctx context.Context, at, node string) (*authority.Live, *member, error) {
	a, err := e.writing(ctx)
	if err != nil {
		return nil, nil, err
	}
	m, err := e.follow(ctx, node)
	if err != nil {
		return nil, nil, err
	}
	a.Chain, a.Actor = "serve", e.user()+"@serve"
	if m != nil {
		a.Chain = chainOf(a.Chain, node)
	}
	a.Limits = authority.NewLimits(runtime.GOMAXPROCS(0))
	if err := a.NoteServing(ctx, at); err != nil {
		return nil, nil, err
	}
	live, err := authority.NewLive(ctx, a)
	return live, m, err
}

// nodeAt tells this server from others of the same machine.
func nodeAt(l net.Listener, host string) string {
	_, port, _ := net.SplitHostPort(l.Addr().String())
	return host + ":" + port
}

// announce says where the server answers, and what does not fit together.
func (e *env) announce(log *slog.Logger, live *authority.Live, at string) error {
	issuer := live.Seen().Settings.Issuer
	log.Info("serving", "url", at, "issuer", issuer)
	if u, err := url.Parse(issuer); err == nil && isLoopback(u.Hostname()) && issuer != at {
		log.Warn("the issuer is an address of this machine and not this one: verifiers that discover the keys look for them there",
			"issuer", issuer, "hint", "jotkit settings set iss=URL aud=URL, with the address that clients see")
	}
	if !e.json {
		return nil
	}
	if err := e.printJSON(map[string]string{"url": at, "issuer": issuer}); err != nil {
		return err
	}
	return e.out.Flush() // there is nothing more to come
}

func (e *env) logLevel() slog.Level {
	if e.quiet {
		return slog.LevelWarn
	}
	return slog.LevelInfo
}
