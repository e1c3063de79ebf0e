package token_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"jotkit/token"
)

// A keyFinder is a key source that is a function.
type keyFinder func(ctx context.Context, kid string) (*token.Key, error)

func (f keyFinder) Key(ctx context.Context, kid string) (*token.Key, error) { return f(ctx, kid) }

// A signer is one of several, each with a header and claims of its own.
type signer struct {
	key         *token.Key
	says        string
	raw, forged string
}

func signers(tb testing.TB, n int) (list []signer, keys []*token.Key) {
	for i := range n {
		k := newKey(tb, fmt.Sprint("k", i), "HS256", fmt.Appendf(nil, "%032d", i))
		header := fmt.Sprintf(`{"alg":"HS256","typ":"t%d","kid":"k%d"}`, i, i)
		sub := strings.Repeat(fmt.Sprint(i), 1+i*7)
		raw := sign(tb, k, header, fmt.Sprintf(`{"exp":1800000000,"sub":"%s","roles":["r%d"]}`, sub, i))
		says := fmt.Sprintf("%s [r%d] k%d t%d %s", sub, i, i, i, header)
		list, keys = append(list, signer{key: k, says: says, raw: raw}), append(keys, k)
	}
	for i := range list {
		other := list[(i+1)%n].raw
		list[i].forged = list[i].raw[:strings.LastIndexByte(list[i].raw, '.')] + other[strings.LastIndexByte(other, '.'):]
	}
	return list, keys
}

func saidBy(c *token.Claims) string {
	return fmt.Sprintf("%s %s %s %s %s", c.Subject, c.Roles, c.Header.KeyID, c.Header.Type, c.Header.JSON())
}

var errAway = errors.New("away")

// asked verifies the token of the n-th signer, and that of the next one from within the key source and the revocations. One
// of those then does what is amiss.
func asked(t *testing.T, plain *token.Verifier, all []signer, n int, amiss string) (claims *token.Claims, err error) {
	within := func(here bool) error {
		if _, err := plain.Verify(t.Context(), all[(n+1)%len(all)].raw); err != nil {
			return err
		}
		switch {
		case here && amiss == "panic":
			panic(amiss)
		case here && amiss == "away":
			return errAway
		}
		return nil
	}
	v := *plain
	v.Keys = keyFinder(func(context.Context, string) (*token.Key, error) { return all[n].key, within(n%2 == 0) })
	v.Revocations = revocations(func(*token.Claims) (string, error) { return "", within(n%2 == 1) })
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%v", p)
		}
	}()
	return v.Verify(t.Context(), all[n].raw)
}

// TestAtOnce: tokens of many keys are verified in many goroutines, and others from within the key source and the
// revocations, which fail or panic now and then. Each verdict is about its own token alone.
func TestAtOnce(t *testing.T) {
	all, keys := signers(t, 12)
	plain := verifier(t, keys...)
	var done sync.WaitGroup
	for w := range 8 {
		done.Go(func() {
			for i := range 200 {
				n := (w*5 + i*7) % len(all)
				amiss := []string{"away", "panic"}[i%2]
				if c, err := asked(t, plain, all, n, amiss); c != nil || err == nil || err.Error() != amiss {
					t.Errorf("%s: %v, %v", amiss, c, err)
				}
				if _, err := plain.Verify(t.Context(), all[n].forged); !isReason(err, token.BadSignature) {
					t.Errorf("forged: %v", err)
				}
				if c, err := asked(t, plain, all, n, ""); err != nil || saidBy(c) != all[n].says {
					t.Errorf("%v: %v, want %s", err, c, all[n].says)
				}
			}
		})
	}
	done.Wait()
}
