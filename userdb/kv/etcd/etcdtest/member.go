package etcdtest

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"time"
)

// A Member is one process of etcd.
type Member struct {
	Name      string
	Client    string // host:port that serves clients
	TLS       bool   // they speak TLS
	Watched   string // host:port that serves /health and /metrics to everybody, without TLS
	Data      string // the directory of what it keeps
	Log       string // the file that has what the process said
	Args, Env []string
	process   *exec.Cmd // nil while it is dead
}

// URL is where it serves clients.
func (m *Member) URL() string {
	if m.TLS {
		return "https://" + m.Client
	}
	return "http://" + m.Client
}

// Start starts the process. On Linux it dies with the tests, also when those are killed.
func (m *Member) Start() error {
	log, err := os.OpenFile(m.Log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	c := exec.Command(program, m.Args...)
	c.Env, c.Stdout, c.Stderr = append(os.Environ(), m.Env...), log, log
	diesWithUs(c)
	if err := c.Start(); err != nil {
		return err
	}
	m.process = c
	return nil
}

// Kill ends the process without a word, and returns when it is dead.
func (m *Member) Kill() {
	if m.process != nil {
		_ = m.process.Process.Kill()
		_ = m.process.Wait()
		m.process = nil
	}
}

// startUp is how long a member may take until it has found the others.
const startUp = time.Minute

// Ready waits until the member takes part: it answers only what the majority agrees to. The error has the end of its log.
func (m *Member) Ready() error {
	ctx, stop := context.WithTimeout(context.Background(), startUp)
	defer stop()
	for {
		err := m.says(ctx, hasLeader) // before that, each question for its health is a line of its log
		if err == nil {
			_, err = m.ask(ctx, "/health")
		}
		if err == nil {
			return nil
		}
		select {
		case <-time.After(10 * time.Millisecond):
		case <-ctx.Done():
			return fmt.Errorf("%s: %w\n%s", m.Name, err, m.Said())
		}
	}
}

// Said is the end of its log.
func (m *Member) Said() string {
	log, _ := os.ReadFile(m.Log)
	return string(log[max(0, len(log)-4000):])
}

var (
	hasLeader = regexp.MustCompile(`(?m)^etcd_server_has_leader 1$`)
	isLeader  = regexp.MustCompile(`(?m)^etcd_server_is_leader 1$`)
	serverID  = regexp.MustCompile(`(?m)^etcd_server_id\{server_id="([0-9a-f]+)"\} 1$`)
)

// Leads tells whether the member believes that it is the leader.
func (m *Member) Leads() bool { return m.says(context.Background(), isLeader) == nil }

// ID is the name by which the members know each other, in hexadecimal digits.
func (m *Member) ID() (string, error) {
	text, err := m.ask(context.Background(), "/metrics")
	if err != nil {
		return "", err
	}
	found := serverID.FindStringSubmatch(text)
	if found == nil {
		return "", fmt.Errorf("%s does not say its id", m.Name)
	}
	return found[1], nil
}

// says tells whether a line is among its metrics.
func (m *Member) says(ctx context.Context, line *regexp.Regexp) error {
	text, err := m.ask(ctx, "/metrics")
	if err == nil && !line.MatchString(text) {
		err = fmt.Errorf("no line %s", line)
	}
	return err
}

func (m *Member) ask(ctx context.Context, path string) (string, error) {
	ctx, stop := context.WithTimeout(ctx, 2*time.Second)
	defer stop()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+m.Watched+path, nil)
	if err != nil {
		return "", err
	}
	got, err := http.DefaultClient.Do(r)
	if err != nil {
		return "", err
	}
	defer got.Body.Close()
	text, err := io.ReadAll(got.Body)
	if err == nil && got.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s %s", path, got.Status, text)
	}
	return string(text), err
}
