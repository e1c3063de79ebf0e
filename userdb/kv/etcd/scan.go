//go:build etcd

package etcd

import (
	"fmt"
	"iter"
	"strings"

	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
	clientv3 "go.etcd.io/etcd/client/v3"

	"jotkit/userdb/kv"
)

// page is how many records a Scan asks for at once: a few more than the 1,000 that others read at a time, for some look
// whether there is one more. So many of the largest are still taken in one answer.
const page = 1024

// Scan yields records in order, and asks for them a page at a time.
func (r *reader) Scan(prefix, after string) iter.Seq2[kv.Entry, error] {
	return func(yield func(kv.Entry, error) bool) {
		from := prefix
		if after >= prefix {
			from = after + "\x00"
		}
		if !strings.HasPrefix(from, prefix) {
			return // after is beyond them all
		}
		w := r.walk(prefix, from)
		for w.from < w.end {
			found, err := w.next()
			if err != nil {
				yield(kv.Entry{}, fmt.Errorf("records after %q: %w", from, err))
				return
			}
			for _, record := range found.Kvs {
				from = string(record.Key[len(r.s.keys.records):])
				if !yield(kv.Entry{Name: from, Value: record.Value}, nil) {
					return
				}
			}
		}
	}
}

// A walk is a Scan on its way from key to key. Members go through all keys of a range, at 1 to 2 µs each, however few of
// them are asked for, and others wait meanwhile. So a page is asked for in a span of keys that holds little more than it.
type walk struct {
	*reader
	prefix    string
	from, end string // end is not among the keys
	pace
}

func (r *reader) walk(prefix, from string) *walk {
	prefix, from = r.s.keys.records+prefix, r.s.keys.records+from
	return &walk{r, prefix, from, clientv3.GetPrefixRangeEnd(prefix), r.s.paces.at(prefix, from)}
}

// next reads the next page, or what is in the next span.
func (w *walk) next() (*pb.RangeResponse, error) {
	to, cut := w.span()
	get := clientv3.OpGet(w.from, w.opts(clientv3.WithRange(to), clientv3.WithLimit(page))...)
	answers, err := w.send(request{then: []clientv3.Op{get}, long: w.ahead == unknown}) // then a member goes through all there is
	if err != nil {
		return nil, err
	}
	w.took(answers[0], to, cut)
	return answers[0], nil
}

// span is where what is to be asked for next ends; cut tells that the stride is longer.
func (w *walk) span() (to string, cut bool) {
	to, cut = w.stride.after(w.from)
	if w.ahead <= much || to <= w.from || to > w.end {
		return w.end, true
	}
	return to, cut
}

// took goes on behind what was found in a span.
func (w *walk) took(found *pb.RangeResponse, to string, cut bool) {
	if to == w.end {
		w.ahead = found.Count
	}
	w.adapt(found, cut)
	w.s.paces.keep(w.prefix, w.from, w.pace)
	if w.ahead != unknown {
		w.ahead -= int64(len(found.Kvs))
	}
	if w.from = to; found.More {
		w.from = string(found.Kvs[len(found.Kvs)-1].Key) + "\x00"
	}
}
