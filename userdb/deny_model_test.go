package userdb_test

import (
	"bytes"
	"fmt"
	"maps"
	"testing"
	"time"

	"pgregory.net/rapid"

	"jotkit/userdb"
	"jotkit/userdb/kv"
)

// TestDenyListIsAMap holds the tiled list against the plain map that it stands for, through random denials, pardons and
// hours gone by: all that has not expired is found, as it was put, and nothing else is.
func TestDenyListIsAMap(t *testing.T) {
	kinds := []userdb.Kind{userdb.KindToken, userdb.KindSession, userdb.KindUser, userdb.KindKey}
	type who struct {
		kind userdb.Kind
		id   string
	}
	secrets := kv.Secrets{Digest: bytes.Repeat([]byte{7}, 32)} // the same tiles for the same draw
	digests := map[who]userdb.Digest{}
	for _, kind := range kinds {
		for i := range 161 {
			w := who{kind, fmt.Sprint(i)}
			d, err := userdb.DenyDigest(secrets, kind, w.id)
			must(t, err)
			digests[w] = d
		}
	}
	rapid.Check(t, func(rt *rapid.T) {
		m, _ := newStore(t)
		model := map[who]userdb.Entry{}
		now := noon
		deny := func(w who, e userdb.Entry) {
			must(t, userdb.Deny(m, secrets, w.kind, w.id, e, now))
			old, ok := model[w]
			if ok && !old.Expired(now) {
				e = stronger(w.kind, old, e)
			}
			model[w] = e
		}
		one := func(rt *rapid.T) who {
			return who{rapid.SampledFrom(kinds).Draw(rt, "kind"), fmt.Sprint(rapid.IntRange(0, 160).Draw(rt, "id"))}
		}
		entry := func(rt *rapid.T) userdb.Entry {
			return userdb.Entry{
				Until: now.Add(time.Duration(rapid.IntRange(0, 300).Draw(rt, "until")) * time.Minute),
				Cut:   now.Add(time.Duration(rapid.IntRange(-60, 0).Draw(rt, "cut")) * time.Minute),
			}
		}
		rt.Repeat(map[string]func(*rapid.T){
			"deny": func(rt *rapid.T) { deny(one(rt), entry(rt)) },
			"deny many": func(rt *rapid.T) {
				e, kind := entry(rt), rapid.SampledFrom(kinds).Draw(rt, "kind")
				for i := range rapid.IntRange(50, 140).Draw(rt, "many") {
					deny(who{kind, fmt.Sprint(i)}, e)
				}
			},
			"allow": func(rt *rapid.T) {
				w := one(rt)
				must(t, userdb.Allow(m, secrets, w.kind, w.id, now))
				delete(model, w)
			},
			"replace": func(rt *rapid.T) {
				w, e := one(rt), entry(rt)
				must(t, userdb.ReplaceDeny(m, secrets, w.kind, w.id, e, now))
				model[w] = e
			},
			"time goes by": func(rt *rapid.T) {
				now = now.Add(time.Duration(rapid.IntRange(1, 200).Draw(rt, "minutes")) * time.Minute)
			},
			"": func(rt *rapid.T) {
				listed := map[userdb.Digest]userdb.Entry{}
				for c, err := range userdb.WalkDeny(m) {
					must(t, err)
					maps.Insert(listed, c.All())
				}
				left := 30 // looked up one by one; a map is in another order each time
				for w, want := range model {
					got, ok := listed[digests[w]]
					delete(listed, digests[w])
					if ok && got != want || !ok && !want.Expired(now) {
						rt.Fatalf("%+v: %+v, %t; want %+v at %s", w, got, ok, want, now)
					}
					if left--; left < 0 {
						continue
					}
					if again, found, err := userdb.Denied(m, secrets, w.kind, w.id); err != nil || found != ok || again != got {
						rt.Fatalf("%+v: %+v, %t, %v; want %+v, %t", w, again, found, err, got, ok)
					}
				}
				if len(listed) > 0 {
					rt.Fatalf("%d entries of nobody", len(listed))
				}
			},
		})
	})
}

func stronger(kind userdb.Kind, old, e userdb.Entry) userdb.Entry {
	if old.Until.After(e.Until) {
		e.Until = old.Until
	}
	if (kind == userdb.KindUser) == old.Cut.After(e.Cut) {
		e.Cut = old.Cut
	}
	return e
}
