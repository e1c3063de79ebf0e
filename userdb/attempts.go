package userdb

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"

	"jotkit/userdb/kv"
)

// An Attempt is what is remembered of the failed logins of one name since its last success.
type Attempt struct {
	Failures int
	Last     time.Time // of the last failure, to the millisecond; zero when there was none
}

const (
	freeFailures = 5
	firstWait    = time.Second
	longestWait  = 15 * time.Minute
	forgetAfter  = 24 * time.Hour
	maxFailures  = 1 << 20 // counting on has no meaning any more
	bucketSize   = 64      // names in one of the 256 records
)

// Wait returns how long the next attempt has to wait still; an attempt refused for it is no failure. The first five
// failures ask for nothing; the sixth asks for 1 s, each further one for twice that, 15 min at most. A failure that lies
// further ahead than that is of a clock since put right, and asks for nothing: nobody is locked out for good.
func (a Attempt) Wait(now time.Time) time.Duration { return a.WaitAfter(freeFailures, now) }

// WaitAfter is Wait where not five but this many failures ask for nothing.
func (a Attempt) WaitAfter(free int, now time.Time) time.Duration {
	beyond := a.Failures - free
	if beyond <= 0 {
		return 0
	}
	asked := longestWait
	if beyond <= 10 {
		asked = min(firstWait<<(beyond-1), longestWait)
	}
	left := asked - now.Sub(a.Last)
	if left > asked+longestWait {
		return 0
	}
	return min(max(left, 0), asked)
}

// A tried is one name that was tried, under its digest: what people type by mistake as a name can be a password.
type tried struct {
	Digest   []byte `json:"digest"`
	Failures int    `json:"failures"`
	Last     int64  `json:"last"` // Unix milliseconds
}

// Attempts returns what is remembered of this name, which need not be a user's nor even a user name.
func Attempts(r kv.Reader, secrets kv.Secrets, name string) (Attempt, error) {
	digest, list, err := bucket(r, secrets, name)
	if err != nil {
		return Attempt{}, err
	}
	if i := slices.IndexFunc(list, is(digest)); i >= 0 {
		return Attempt{list[i].Failures, time.UnixMilli(list[i].Last).UTC()}, nil
	}
	return Attempt{}, nil
}

// Fail notes a failure of this name at now, and returns what is remembered then. Names that were idle for a day go; of
// more than 64 in one record the ones idle longest go, so that made-up names cannot fill the store.
func Fail(tx kv.Tx, secrets kv.Secrets, name string, now time.Time) (Attempt, error) {
	digest, list, err := bucket(tx, secrets, name)
	if err != nil {
		return Attempt{}, err
	}
	t := tried{Digest: digest[:], Last: now.UnixMilli()}
	if i := slices.IndexFunc(list, is(digest)); i >= 0 && !idle(list[i], now) {
		t.Failures = list[i].Failures
	}
	t.Failures = min(t.Failures+1, maxFailures)
	list = append(slices.DeleteFunc(list, is(digest)), t)
	return Attempt{t.Failures, time.UnixMilli(t.Last).UTC()}, putBucket(tx, digest, list, now)
}

// Reset forgets the failures of this name: it has logged in.
func Reset(tx kv.Tx, secrets kv.Secrets, name string, now time.Time) error {
	digest, list, err := bucket(tx, secrets, name)
	if err != nil || !slices.ContainsFunc(list, is(digest)) {
		return err
	}
	return putBucket(tx, digest, slices.DeleteFunc(list, is(digest)), now)
}

func is(d Digest) func(tried) bool {
	return func(t tried) bool { return string(t.Digest) == string(d[:]) }
}

func idle(t tried, now time.Time) bool { return now.Sub(time.UnixMilli(t.Last)) > forgetAfter }

func bucketName(d Digest) string { return fmt.Sprintf("attempts/%02x", d[0]) }

// bucket returns the digest of a name and the list that it belongs in.
func bucket(r kv.Reader, secrets kv.Secrets, name string) (Digest, []tried, error) {
	digest, err := digestOf(secrets, "attempt", name)
	if err != nil {
		return Digest{}, nil, err
	}
	var list []tried
	if err := getRecord(r, bucketName(digest), &list); err != nil && !errors.Is(err, kv.ErrNotFound) {
		return Digest{}, nil, err
	}
	return digest, list, nil
}

func putBucket(tx kv.Tx, digest Digest, list []tried, now time.Time) error {
	list = slices.DeleteFunc(list, func(t tried) bool { return idle(t, now) })
	slices.SortStableFunc(list, func(a, b tried) int { return cmp.Compare(b.Last, a.Last) })
	list = list[:min(len(list), bucketSize)]
	if len(list) == 0 {
		return tx.Delete(bucketName(digest))
	}
	return putRecord(tx, bucketName(digest), list)
}
