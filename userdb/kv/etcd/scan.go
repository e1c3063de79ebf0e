//go:build etcd

package etcd

import (
	"fmt"
	"iter"
	"strings"

	clientv3 "go.etcd.io/etcd/client/v3"

	"jotkit/userdb/kv"
)

// page is how many records a Scan asks for at once. So many of the largest are still taken in one answer.
const page = 1000

// Scan yields records in order, and asks for them a page at a time.
func (r *reader) Scan(prefix, after string) iter.Seq2[kv.Entry, error] {
	return func(yield func(kv.Entry, error) bool) {
		from := prefix
		if after >= prefix {
			from = after + "\x00"
		}
		end := clientv3.GetPrefixRangeEnd(r.s.keys.records + prefix)
		if prefix != "" && !strings.HasPrefix(from, prefix) {
			return // after is beyond them all
		}
		for more := true; more; {
			answers, err := r.read(clientv3.OpGet(r.s.keys.records+from, r.opts(clientv3.WithRange(end), clientv3.WithLimit(page))...))
			if err != nil {
				yield(kv.Entry{}, fmt.Errorf("records after %q: %w", from, err))
				return
			}
			more = answers[0].More
			for _, found := range answers[0].Kvs {
				name := string(found.Key[len(r.s.keys.records):])
				if from = name + "\x00"; !yield(kv.Entry{Name: name, Value: found.Value}, nil) {
					return
				}
			}
		}
	}
}
