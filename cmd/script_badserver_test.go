package cmd

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"time"
)

// badServer is a program: badserver PORT SET serves the keys in the file SET, and beside them what no server of keys should.
// It ends when it is interrupted, and after a minute.
func badServer() {
	host := net.JoinHostPort("127.0.0.1", os.Args[1])
	set, err := os.ReadFile(os.Args[2])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	s := &http.Server{Addr: host, Handler: badPages("http://"+host, string(set)), BaseContext: func(net.Listener) context.Context { return ctx }}
	go func() {
		<-ctx.Done()
		s.Close()
	}()
	if err := s.ListenAndServe(); err != http.ErrServerClosed {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func badPages(at, set string) http.Handler {
	mux := http.NewServeMux()
	text := func(path, text string) {
		mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Cache-Control", "max-age=60")
			fmt.Fprint(w, text)
		})
	}
	metadata := func(path, issuer, jwks string) {
		text(path+"/.well-known/openid-configuration", fmt.Sprintf(`{"issuer":%q,"jwks_uri":%q}`, issuer, jwks))
	}
	text("/jwks", set)
	text("/page", "<!doctype html><title>Log in</title>")
	one := set[strings.Index(set, "[")+1 : strings.LastIndex(set, "]")]
	text("/twice", `{"keys":[`+one+","+one+"]}")
	mux.Handle("/elsewhere", http.RedirectHandler("http://127.0.0.2/jwks", http.StatusFound))
	mux.HandleFunc("/endless", endless)
	mux.HandleFunc("/hanging", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	mux.HandleFunc("/file", func(w http.ResponseWriter, r *http.Request) { http.ServeFile(w, r, "served.json") })
	metadata("/good", at+"/good", at+"/jwks")
	metadata("/mismatch", at+"/good", at+"/jwks")
	metadata("/plain", at+"/plain", "http://id.example/jwks")
	text("/app/", "<html>")
	return mux
}

// endless answers with a gigabyte, and writes into the file "written" how much of it could be sent.
func endless(w http.ResponseWriter, _ *http.Request) {
	n, err := fmt.Fprint(w, `{"keys":[`)
	for chunk := make([]byte, 64<<10); err == nil && n < 1<<30; {
		var more int
		more, err = w.Write(chunk)
		n += more
	}
	if err := os.WriteFile("written", fmt.Append(nil, n), 0o600); err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
}
