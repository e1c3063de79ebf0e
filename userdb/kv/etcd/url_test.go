package etcd_test

import (
	"errors"
	"slices"
	"testing"

	"jotkit/userdb/kv/etcd"
)

func TestParse(t *testing.T) {
	for url, want := range map[string][]string{
		"etcd://a:2379/p":                  {"p", "a:2379"},
		"etcd://a/p":                       {"p", "a:2379"},
		"etcd://10.0.0.1:1,b.example:2/p/": {"p", "10.0.0.1:1", "b.example:2"},
		"etcd://[::1]:2379,[fe80::2]/a/b":  {"a/b", "[::1]:2379", "[fe80::2]:2379"},
		"etcd://a//p//":                    {"p", "a:2379"},
	} {
		endpoints, prefix, err := etcd.Parse(url)
		if err != nil || prefix != want[0] || !slices.Equal(endpoints, want[1:]) {
			t.Errorf("%s: %q, %q, %v", url, endpoints, prefix, err)
		}
	}
	for _, url := range []string{"", "a", "http://a/p", "etcd://", "etcd://a", "etcd://a/", "etcd://a//", "etcd:///p", "etcd://a,/p",
		"etcd://a:0/p", "etcd://a:x/p", "etcd://a:65536/p", "etcd://:2379/p", "etcd://a:1:2/p", "etcd://me:secret@a:1/p", "etcd://me@a/p",
		"etcd://a/p?x", "etcd://a/p#x", "etcd://a b/p", "etcd://::1/p"} {
		if endpoints, prefix, err := etcd.Parse(url); !errors.Is(err, etcd.ErrURL) {
			t.Errorf("%s: %q, %q, %v", url, endpoints, prefix, err)
		}
	}
}
