package sealed

import (
	"iter"

	"jotkit/userdb/kv"
)

type sealedReader struct {
	seal  *seal
	under kv.Reader
}

func (r sealedReader) Get(name string) ([]byte, error) {
	if err := r.seal.ready(); err != nil {
		return nil, err
	}
	value, err := r.under.Get(name)
	if err != nil {
		return nil, err
	}
	return r.seal.open(name, value)
}

func (r sealedReader) Floor(name string) (string, []byte, error) {
	if err := r.seal.ready(); err != nil {
		return "", nil, err
	}
	found, value, err := r.under.Floor(name)
	if err != nil {
		return "", nil, err
	}
	if value, err = r.seal.open(found, value); err != nil {
		return "", nil, err
	}
	return found, value, nil
}

type sealedView struct {
	sealedReader
	view kv.View
}

func (v *sealedView) Scan(prefix, after string) iter.Seq2[kv.Entry, error] {
	return func(yield func(kv.Entry, error) bool) {
		for e, err := range v.ScanLate(prefix, after) {
			var value []byte
			if err == nil {
				value, err = e.Open()
			}
			if err != nil {
				yield(kv.Entry{}, err)
				return
			}
			if !yield(kv.Entry{Name: e.Name, Value: value}, nil) {
				return
			}
		}
	}
}

// ScanLate yields records that are opened when they are asked for: see [kv.ScanLate].
func (v *sealedView) ScanLate(prefix, after string) iter.Seq2[kv.LateEntry, error] {
	return func(yield func(kv.LateEntry, error) bool) {
		if err := v.seal.ready(); err != nil {
			yield(kv.LateEntry{}, err)
			return
		}
		for e, err := range v.view.Scan(prefix, after) {
			if err != nil {
				yield(kv.LateEntry{}, err)
				return
			}
			if !yield(kv.LateEntry{Name: e.Name, Open: func() ([]byte, error) { return v.seal.open(e.Name, e.Value) }}, nil) {
				return
			}
		}
	}
}

// Changes passes through: names are not sealed.
func (v *sealedView) Changes(since kv.Rev) ([]string, kv.Rev, error) { return v.view.Changes(since) }

type sealedTx struct {
	sealedReader
	tx kv.Tx
}

func (t *sealedTx) Put(name string, value []byte) error {
	if err := t.seal.ready(); err != nil {
		return err
	}
	return t.seal.put(t.tx, name, value)
}

func (t *sealedTx) Delete(name string) error {
	if err := t.seal.ready(); err != nil {
		return err
	}
	if name == kv.SecretsName {
		return ErrDataKey
	}
	return t.tx.Delete(name)
}
