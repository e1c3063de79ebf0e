package cmd

import (
	"context"

	"jotkit/userdb/kv"
)

// A viewer runs a function over a state of the store: each time the same, or the newest.
type viewer interface {
	view(func(kv.View) error) error
}

type within struct{ v kv.View }

func (w within) view(fn func(kv.View) error) error { return fn(w.v) }

type viewed struct {
	ctx   context.Context
	store kv.Store
}

func (w viewed) view(fn func(kv.View) error) error { return w.store.View(w.ctx, fn) }

// What a page holds at most: no transaction is long, and each fits into a request of etcd.
const (
	copyPage  = 1000
	copyBytes = 512 << 10
)

// A recordPage is all records of the store after a name, up to another one.
type recordPage struct {
	after, last string // last is "" in the last page
	entries     []kv.Entry
}

// walk hands over the records page by page. kv.SecretsName is kept back.
func (c *recordCopy) walk(ctx context.Context, from viewer, each func(recordPage) error) error {
	for after := ""; ; {
		var p recordPage
		err := from.view(func(v kv.View) (err error) {
			p, err = readPage(v, after, func(e kv.Entry) { c.envelope = e.Value })
			return err
		})
		if err == nil && ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		if err == nil {
			err = each(p)
		}
		if err != nil || p.last == "" {
			return err
		}
		after = p.last
	}
}

func readPage(v kv.View, after string, secrets func(kv.Entry)) (p recordPage, err error) {
	p.after = after
	size, last := 0, after
	for e, err := range v.Scan("", after) {
		switch {
		case err != nil:
			return p, err
		case len(p.entries) == copyPage || size > 0 && size+len(e.Value) > copyBytes:
			p.last = last
			return p, nil
		case e.Name == kv.SecretsName:
			secrets(e)
		default:
			p.entries = append(p.entries, e)
			size += len(e.Name) + len(e.Value)
		}
		last = e.Name
	}
	return p, nil
}
