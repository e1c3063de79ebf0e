package cmd

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime"
	"sync"

	"github.com/golang-jwt/jwt/v5"
)

// byGolangJWT is verify --each as one would write it with golang-jwt, and fast: workers on all cores, to which lines go by
// the dozen. It checks what jotkit checks, but for strict JSON, and writes the verdicts as they come, in no order.
//
//	by-golang-jwt ALG KEY ISS AUD TOKENS
func byGolangJWT() {
	g := golangJWT{out: bufio.NewWriterSize(os.Stdout, answerBuffer)}
	err := g.setUp(os.Args[1], os.Args[2], os.Args[3], os.Args[4])
	if err == nil {
		err = g.file(os.Args[5])
	}
	if err == nil {
		err = g.out.Flush()
	}
	if err != nil || g.refused > 0 {
		fmt.Fprintln(os.Stderr, "refused:", g.refused, "error:", err)
		os.Exit(1)
	}
}

// A golangJWT verifies lines of tokens.
type golangJWT struct {
	parser *jwt.Parser
	key    any

	mu      sync.Mutex // of what follows
	out     *bufio.Writer
	refused int
}

type numberedLines struct {
	first int
	lines []string
}

func (g *golangJWT) setUp(alg, keyFile, iss, aud string) error {
	g.parser = jwt.NewParser(jwt.WithValidMethods([]string{alg}), jwt.WithIssuer(iss), jwt.WithAudience(aud),
		jwt.WithExpirationRequired(), jwt.WithIssuedAt(), jwt.WithStrictDecoding())
	data, err := os.ReadFile(keyFile)
	if err != nil || alg == "HS256" {
		g.key = data
		return err
	}
	g.key, err = jwt.ParseECPublicKeyFromPEM(data)
	return err
}

func (g *golangJWT) file(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	todo := make(chan numberedLines, runtime.GOMAXPROCS(0))
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for lines := range todo {
				g.verify(lines)
			}
		})
	}
	err = deal(f, todo)
	close(todo)
	workers.Wait()
	return err
}

// deal hands on the lines.
func deal(from io.Reader, to chan<- numberedLines) error {
	next := numberedLines{first: 1}
	in := bufio.NewScanner(from)
	for in.Scan() {
		next.lines = append(next.lines, in.Text())
		if len(next.lines) == 64 {
			to <- next
			next = numberedLines{first: next.first + 64}
		}
	}
	to <- next
	return in.Err()
}

func (g *golangJWT) verify(l numberedLines) {
	var text []byte
	refused := 0
	for i, raw := range l.lines {
		v := lineJSON{Line: l.first + i, Valid: true, Reason: "ok"}
		parsed, err := g.parser.Parse(raw, func(*jwt.Token) (any, error) { return g.key, nil })
		if err == nil {
			v.Claims, err = json.Marshal(parsed.Claims)
		}
		if err != nil {
			v.Valid, v.Exit, v.Reason = false, 1, err.Error()
			refused++
		}
		line, _ := json.Marshal(v) // which cannot fail
		text = append(append(text, line...), '\n')
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.refused += refused
	_, _ = g.out.Write(text) // Flush tells
}
