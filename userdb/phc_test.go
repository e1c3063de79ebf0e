package userdb

import (
	"errors"
	"strings"
	"testing"
)

const goodPHC = "$argon2id$v=19$m=65536,t=3,p=4$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

func TestParsePHC(t *testing.T) {
	if err := CheckHash(goodPHC); err != nil {
		t.Fatal(err)
	}
	swap := func(old, with string) string { return strings.Replace(goodPHC, old, with, 1) }
	for name, in := range map[string]string{
		"empty":               "",
		"bcrypt":              "$2a$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy",
		"argon2i":             swap("argon2id", "argon2i"),
		"argon2d":             swap("argon2id", "argon2d"),
		"old version":         swap("v=19", "v=16"),
		"no version":          swap("$v=19", ""),
		"512 MiB":             swap("m=65536", "m=524288"),
		"4 GiB and some":      swap("m=65536", "m=4294967360"),
		"too little memory":   swap("m=65536", "m=31"),
		"11 passes":           swap("t=3", "t=11"),
		"no pass":             swap("t=3", "t=0"),
		"9 threads":           swap("p=4", "p=9"),
		"no thread":           swap("p=4", "p=0"),
		"260 threads":         swap("p=4", "p=260"),
		"all zero":            swap("m=65536,t=3,p=4", "m=0,t=0,p=0"),
		"leading zero":        swap("t=3", "t=03"),
		"sign":                swap("t=3", "t=+3"),
		"order":               swap("m=65536,t=3", "t=3,m=65536"),
		"more parameters":     swap("p=4", "p=4,keyid=1"),
		"short salt":          swap("AAAAAAAAAAAAAAAAAAAAAA$", "AAAAAAAAAAAAAAAAAAAA$"),
		"long salt":           swap("$AAAAAAAAAAAAAAAAAAAAAA$", "$"+strings.Repeat("A", 88)+"$"),
		"short hash":          goodPHC[:len(goodPHC)-23],
		"spare bits":          goodPHC[:len(goodPHC)-1] + "B",
		"padding":             goodPHC + "=",
		"line end":            goodPHC + "\n",
		"line end inside":     swap("AAAA$", "AAAA\n$"),
		"one more part":       goodPHC + "$",
		"something before it": "x" + goodPHC,
		"long":                goodPHC + strings.Repeat("A", 1<<20),
	} {
		if err := CheckHash(in); !errors.Is(err, ErrHash) {
			t.Errorf("%s: %v; want ErrHash", name, err)
		} else if len(in) > 0 && strings.Contains(err.Error(), in) {
			t.Errorf("%s: the error repeats the hash", name)
		}
	}
}

// FuzzPHC holds that what is taken is within bounds, and is exactly what would be written again.
func FuzzPHC(f *testing.F) {
	f.Add(goodPHC)
	f.Add("$argon2id$v=19$m=8,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA")
	f.Add("$argon2id$v=19$m=+8,t=01,p=1$AAAAAAAAAAAAAAAAAAAAAA==$")
	f.Fuzz(func(t *testing.T, s string) {
		p, err := parsePHC(s)
		if err != nil {
			if !errors.Is(err, ErrHash) {
				t.Fatal(err)
			}
			return
		}
		if p.String() != s || p.cost.Check() != nil || p.cost == (Cost{}) {
			t.Fatalf("%q taken as %+v", s, p)
		}
		if len(p.salt) < 16 || len(p.salt) > 64 || len(p.sum) < 16 || len(p.sum) > 64 {
			t.Fatalf("%q: %d bytes of salt, %d of hash", s, len(p.salt), len(p.sum))
		}
	})
}
