//go:build etcd

package etcd

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"strings"
	"sync/atomic"
	"time"

	"jotkit/userdb/kv"
)

// defaultWait is how long a transaction waits for the store.
const defaultWait = 10 * time.Second

// Options of a [Store].
type Options struct {
	Endpoints []string    // host:port of each member that may be asked
	Prefix    string      // of all keys of the store; slashes at its ends do not count
	TLS       *tls.Config // nil for plain connections

	// Username and Password are for a cluster that asks for them. It is enough that they may read and write under the prefix.
	Username, Password string

	Wait time.Duration    // how long a transaction waits for the cluster and for others; 0 is 10 s
	Now  func() time.Time // nil is time.Now

	// Waiting is told why, once, when nobody has answered yet and more than a second was waited for; nil for nobody.
	Waiting func(why error)
}

// A Store is one prefix of an etcd cluster.
type Store struct {
	o    Options
	keys keys
	id   string // of this client of the store

	ways ways

	jobs    jobs  // Updates that wait
	lastTx  int64 // revision of keys.tx of this client; belongs to the batch that has its turn
	written bool  // there may be such a key; as lastTx

	far farList // of records that Floor found

	told atomic.Bool // Options.Waiting, or it need not be: there was an answer

	news  news
	past  past
	paces paces
}

var _ kv.Store = (*Store)(nil)

// New returns the store under a prefix of a cluster. It does no I/O: what is wrong, the first transaction says. Close it
// when it is not needed any more.
func New(o Options) *Store {
	if o.Wait == 0 {
		o.Wait = defaultWait
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	id := rand.Text()
	return &Store{o: o, id: id, ways: newWays(len(o.Endpoints)), keys: keysUnder(strings.Trim(o.Prefix, "/")+"/", id)}
}

// keys are where the parts of a store lie.
type keys struct {
	marker  string // its value is the random id of the store
	records string // and the name of the record after it
	news    string // what followers watch: watch, and the beats
	watch   string // names that the last watched commit touched; kv.Rev is the revision of this key
	beat    string // and the name of the node after it
	txs     string // and the id of a client after it
	tx      string // random id of the last commit of this client
	alone   string // who has the store to itself for one commit
}

func keysUnder(prefix, client string) keys {
	return keys{marker: prefix + "store", records: prefix + "r/", news: prefix + "n/", watch: prefix + "n/watch",
		beat: prefix + "n/beat/", txs: prefix + "tx/", tx: prefix + "tx/" + client, alone: prefix + "alone"}
}

// String names the store as its URL does.
func (s *Store) String() string {
	return Scheme + strings.Join(s.o.Endpoints, ",") + "/" + strings.Trim(s.o.Prefix, "/")
}

// attempt is how long one request may take before another member is asked.
func (s *Store) attempt() time.Duration { return s.o.Wait / 4 }

// closing is how long it takes at most to clear up, for a Store that is closed and for a batch that leaves.
const closing = 2 * time.Second

// Close ends the connections, and takes away what this client has in the cluster for itself alone. No other method may be
// called with it or after it.
func (s *Store) Close() error {
	if s.written {
		ctx, stop := context.WithTimeout(context.Background(), closing)
		defer stop()
		s.sweep(ctx)
	}
	return s.ways.close()
}
