package keyring

import "time"

// fields reads members one after another and keeps the first error.
type fields struct {
	object
	err error
}

func (f *fields) number(name string) int64 {
	n, err := f.object.whole(name)
	if err != nil && f.err == nil {
		f.err = err
	}
	return n
}

func (f *fields) count(name string) int { return int(f.number(name)) }

func (f *fields) seconds(name string) time.Duration {
	return time.Duration(min(f.number(name), 1<<32)) * time.Second // 136 years; more would not fit a Duration for long
}

func (f *fields) time(name string) time.Time {
	n := f.number(name)
	if n == 0 {
		return time.Time{}
	}
	return time.Unix(n, 0).UTC()
}

func (f *fields) state() State {
	s, err := f.text(memberState)
	if err != nil && f.err == nil {
		f.err = err
	}
	return State(s)
}

// revoked is when the key was revoked, or zero.
func (f *fields) revoked() time.Time {
	raw, ok := f.object["revoked"]
	if !ok || f.err != nil {
		return time.Time{}
	}
	inner, err := readObject(raw)
	if err != nil {
		f.err = err
		return time.Time{}
	}
	in := fields{object: inner}
	t := in.time("revoked_at")
	f.err = in.err
	return t
}
