//go:build etcd

package etcd

import (
	"slices"

	clientv3 "go.etcd.io/etcd/client/v3"

	"jotkit/userdb/kv"
)

// A span is the names from..to, to not among them.
type span struct{ from, to string }

const (
	fewKeys = 64  // that may be read to find the last of them
	manyOps = 100 // in one request: members take 128
	near    = 2   // bytes after the last slash that names share which are near each other
)

// Floor returns the greatest name ≤ this one.
func (r *reader) Floor(name string) (string, []byte, error) { return named(r.last(name, name+"\x00")) }

// Before returns the greatest name < this one.
func (r *reader) Before(name string) (string, []byte, error) { return named(r.last(name, name)) }

func named(found record, err error) (string, []byte, error) {
	v, err := value(found, err)
	return found.name, v, err
}

// last finds the greatest record before end. Members find the last of many keys by reading and sorting all of them, and
// count keys by walking over them. So what is near is counted first, and what is far only where there is nothing near; where
// it was found there, it is tried first the next time.
func (r *reader) last(name, end string) (record, error) {
	return r.lasts.once(end, func() (record, error) {
		dir := dirOf(name)
		if found, err := r.tried(dir, end); err != nil || found.name != "" {
			return found, recordError(name, err)
		}
		for _, group := range nearToFar(name, end) {
			in, n, err := r.lastWith(group)
			if err == nil && n > 0 {
				var found record
				if found, err = r.lastIn(in, n); err == nil {
					if far := len(in.from) < len(dir)+near; far && dir != "" && dirOf(found.name) == dir {
						r.s.far.keep(found.name)
					}
					return found, nil
				}
			}
			if err != nil {
				return record{}, recordError(name, err)
			}
		}
		return record{}, nil
	})
}

// tried is the record before end, where it is one that was found far from others like it, or lies among a few after such a one.
func (r *reader) tried(dir, end string) (record, error) {
	from, to := r.s.far.around(dir, end)
	if from == "" {
		return record{}, nil
	}
	names, err := r.list(span{from, to})
	if err != nil {
		return record{}, err
	}
	i, _ := slices.BinarySearch(names, end)
	if i == 0 {
		r.s.far.move(from, "")
		return record{}, nil
	}
	return r.get(names[i-1])
}

// nameList is sorted.
type nameList []string

// list returns the names in a span, or none where they are more than a few. Of the first it has the record, too.
func (r *reader) list(in span) (nameList, error) {
	return r.lists.once(in, func() (names nameList, err error) {
		from := r.s.keys.records + in.from
		answers, err := r.read(clientv3.OpGet(from, r.opts(r.to(in), clientv3.WithKeysOnly(), clientv3.WithLimit(fewKeys))...),
			clientv3.OpGet(from, r.opts()...))
		if err != nil || answers[0].More {
			return nil, err
		}
		for _, found := range answers[0].Kvs {
			names = append(names, string(found.Key)[len(r.s.keys.records):])
		}
		r.records.put(in.from, r.record(answers[1]))
		return names, nil
	})
}

// nearToFar cuts the names before end into spans, each nearer than the next: first those that share most of name, then
// those of its kind, which is what stands before the last slash, then those of other kinds.
func nearToFar(name, end string) (groups [][]span) {
	dir := len(dirOf(name))
	to := end
	var group []span
	for k := len(name); k > 0; k-- {
		if from := name[:k]; from < to {
			group, to = append(group, span{from, to}), from
		}
		if k == dir+near || k == dir || k == 1 || len(group) == manyOps {
			groups, group = append(groups, group), nil
		}
	}
	return append(groups, below("", to)...)
}

// below cuts the names that begin with prefix and are less than to by their next byte, the greatest first: a few at a time
// at first.
func below(prefix, to string) (groups [][]span) {
	size := 8
	var group []span
	for b := 255; b >= 0; b-- {
		from := prefix + string([]byte{byte(b)})
		if from >= to {
			continue
		}
		if group, to = append(group, span{from, to}), from; len(group) == size {
			groups, group, size = append(groups, group), nil, min(2*size, manyOps)
		}
	}
	if prefix != "" && prefix < to {
		group = append(group, span{prefix, to})
	}
	return append(groups, group)
}

// lastWith returns the first span with records in it, and how many; none of them has any when that is 0.
func (r *reader) lastWith(group []span) (in span, n int64, err error) {
	if len(group) == 0 {
		return span{}, 0, nil
	}
	ops := make([]clientv3.Op, len(group))
	for i, in := range group {
		ops[i] = clientv3.OpGet(r.s.keys.records+in.from, r.opts(r.to(in), clientv3.WithCountOnly())...)
	}
	answers, err := r.read(ops...)
	if err != nil {
		return span{}, 0, err
	}
	for i, a := range answers {
		if a.Count > 0 {
			return group[i], a.Count, nil
		}
	}
	return span{}, 0, nil
}

func (r *reader) to(in span) clientv3.OpOption { return clientv3.WithRange(r.s.keys.records + in.to) }

// lastIn returns the last of the n records in a span. All of them share what from and to do.
func (r *reader) lastIn(in span, n int64) (record, error) {
	for n > fewKeys {
		smaller, left, err := r.narrow(in)
		if err != nil {
			return record{}, err
		}
		in, n = smaller, left
	}
	answers, err := r.read(clientv3.OpGet(r.s.keys.records+in.from,
		r.opts(r.to(in), clientv3.WithSort(clientv3.SortByKey, clientv3.SortDescend), clientv3.WithLimit(1))...))
	if err != nil {
		return record{}, err
	}
	return r.record(answers[0]), nil
}

// narrow returns the last part of a span, by the next byte of its names, that has records.
func (r *reader) narrow(in span) (span, int64, error) {
	for _, group := range below(in.from, in.to) {
		if part, n, err := r.lastWith(group); err != nil || n > 0 {
			return part, n, err
		}
	}
	return span{}, 0, kv.ErrNotFound // cannot be: the state at a revision does not change
}
