//go:build etcd

package etcd

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
	"go.uber.org/zap"
	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
)

// The client's own pings find a member that has fallen silent. Members take one every 5 s at most.
const (
	pingEvery   = 6 * time.Second
	pingTimeout = 3 * time.Second
)

// reconnect is sooner than gRPC's own, which comes to two minutes.
var reconnect = grpc.ConnectParams{
	Backoff:           backoff.Config{BaseDelay: 50 * time.Millisecond, Multiplier: 1.6, Jitter: 0.5, MaxDelay: time.Second},
	MinConnectTimeout: 2 * time.Second,
}

// atOnce has a request fail when no member can be connected to, and say why, where the client would wait without a word.
func atOnce(ctx context.Context, method string, req, reply any, c *grpc.ClientConn, send grpc.UnaryInvoker, o ...grpc.CallOption) error {
	return send(ctx, method, req, reply, c, append(o, grpc.WaitForReady(false))...)
}

// ways are those to the members, one to each. All requests go by one of them, by chance at first, and by the next as soon as
// that fails or brings no beats. A client of all members at once would come back to one that has fallen silent, time after time,
// until its pings are over.
type ways struct {
	mu      sync.Mutex
	at      int                // of clients
	clients []*clientv3.Client // nil before the first request
}

func newWays(members int) ways {
	return ways{at: rand.IntN(max(1, members)), clients: make([]*clientv3.Client, members)}
}

// A way is that to one member.
type way struct {
	*clientv3.Client
	at int
}

// connect returns the way to go by. It connects by itself, and again when it has to.
func (s *Store) connect() (way, error) {
	w := &s.ways
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.clients) == 0 {
		return way{}, errors.New("no endpoint")
	}
	if w.clients[w.at] == nil {
		c, err := s.client(s.o.Endpoints[w.at])
		if err != nil {
			w.at = (w.at + 1) % len(w.clients)
			return way{}, err
		}
		w.clients[w.at] = c
	}
	return way{w.clients[w.at], w.at}, nil
}

func (s *Store) client(endpoint string) (*clientv3.Client, error) {
	scheme := "http://"
	if s.o.TLS != nil {
		scheme = "https://"
	}
	return clientv3.New(clientv3.Config{
		Endpoints: []string{scheme + endpoint}, TLS: s.o.TLS, Username: s.o.Username, Password: s.o.Password,
		DialTimeout: s.attempt(), DialKeepAliveTime: pingEvery, DialKeepAliveTimeout: pingTimeout,
		DialOptions:     []grpc.DialOption{grpc.WithConnectParams(reconnect), grpc.WithChainUnaryInterceptor(atOnce)},
		MaxUnaryRetries: 2, // once more with a new token; what else may be sent again is decided here
		Logger:          zap.NewNop(),
	})
}

// leave has requests go by the next way, if they still go by this one.
func (w *ways) leave(this way) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.at == this.at {
		w.at = (w.at + 1) % len(w.clients)
	}
}

// close ends all connections.
func (w *ways) close() error {
	var errs []error
	for _, c := range w.clients {
		if c != nil {
			errs = append(errs, c.Close())
		}
	}
	return errors.Join(errs...)
}
