package lint

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"hash"
	"math"
	"slices"
	"strings"
	"sync"
)

// Guessable tells whether a secret for HMAC can be guessed, and why: it is published, or made by hand rather than by
// chance. Secrets of 16 random bytes and more do not come out as guessable, in whatever encoding; how long one must be is
// for token.NewKey to say.
func Guessable(secret []byte) (why string, guessable bool) {
	text := strings.ToLower(string(bytes.TrimSpace(secret)))
	switch {
	case len(secret) == 0:
		return "it is empty", true
	case isPublished()[string(secret)] || isPublished()[text]:
		return "it is published, or one that everybody tries first", true
	case periodic(secret):
		return "it is one piece over and over", true
	case madeOfWords(text) || madeOfWords(disguises().Replace(text)):
		return "it is made of words that such secrets are made of", true
	case prose.regexp().Match(secret):
		return "it is made of words", true
	case ascending(secret):
		return "it goes up or down by ones", true
	case onKeyboard(text):
		return "it is a row of the keyboard", true
	case len(text) < 39 && len(text) > 0 && digits(text) == text:
		return "it has digits alone, and 39 would be 128 bits", true
	case len(secret) >= 32 && entropy(secret) < 80:
		return "it repeats few characters", true
	}
	return "", false
}

// periodic tells whether secret is a piece of at most half its length, over and over.
func periodic(secret []byte) bool {
	for n := 1; n <= len(secret)/2; n++ {
		if bytes.Equal(secret[n:], secret[:len(secret)-n]) {
			return true
		}
	}
	return false
}

// madeOfWords tells whether most of text is words of the list and what stands between them.
func madeOfWords(text string) bool {
	covered := make([]int, len(text)+1) // by words of the list, up to each place, at best
	between := 0
	for i := range len(text) {
		if !isLower(text[i]) && (text[i] < '0' || text[i] > '9') {
			between++
		}
		covered[i+1] = covered[i]
		for n := 3; n <= min(14, i+1); n++ {
			if words()[text[i+1-n:i+1]] {
				covered[i+1] = max(covered[i+1], covered[i+1-n]+n)
			}
		}
	}
	sum := covered[len(text)]
	return sum >= 5 && 10*(sum+between) >= 6*len(text) && 2*sum >= len(text)-between
}

// disguises are the letters that people write as something else.
var disguises = sync.OnceValue(func() *strings.Replacer {
	return strings.NewReplacer("0", "o", "1", "i", "3", "e", "4", "a", "5", "s", "7", "t", "@", "a", "$", "s")
})

func isLower(c byte) bool { return c >= 'a' && c <= 'z' }

// prose is three words and more. Base64url has dashes too, but not between letters of such cases alone.
var prose = &pattern{expression: `^(?:[A-Z]?[a-z]+|[A-Z]+)(?:[ ,.'_-]+(?:[A-Z]?[a-z]+|[A-Z]+)){2,}[.!?\s]*$`}

// ascending tells whether most of secret goes up or down by one, as counted bytes, alphabets and digits do.
func ascending(secret []byte) bool {
	steps := 0
	for i := 1; i < len(secret); i++ {
		if d := int(secret[i]) - int(secret[i-1]); d == 1 || d == -1 {
			steps++
		}
	}
	return len(secret) >= 4 && 10*steps >= 7*(len(secret)-1)
}

var rows = []string{"qwertyuiop", "asdfghjkl", "zxcvbnm", "1qaz2wsx", "qazwsxedc", "1q2w3e4r5t", "poiuytrewq", "lkjhgfdsa"}

func onKeyboard(text string) bool {
	return slices.ContainsFunc(rows, func(row string) bool { return strings.Contains(text, row[:7]) })
}

// entropy is how many bits secret would have if its characters were drawn as often as they stand in it, each by itself.
func entropy(secret []byte) float64 {
	var counts [256]float64
	for _, c := range secret {
		counts[c]++
	}
	bits, n := 0.0, float64(len(secret))
	for _, c := range counts {
		if c > 0 {
			bits -= c * math.Log2(c/n)
		}
	}
	return bits
}

// guessedSecret tries the published secrets on a token of HMAC, as they are and as echo writes them.
func guessedSecret(raw, alg string) (why string, guessed bool) {
	newHash := map[string]func() hash.Hash{"HS256": sha256.New, "HS384": sha512.New384, "HS512": sha512.New}[alg]
	last := strings.LastIndexByte(raw, '.')
	signature, err := base64.RawURLEncoding.DecodeString(raw[last+1:])
	if newHash == nil || err != nil {
		return "", false
	}
	for _, secret := range append([]string{""}, published()...) {
		for _, s := range []string{secret, secret + "\n", strings.ToLower(secret)} {
			mac := hmac.New(newHash, []byte(s))
			mac.Write([]byte(raw[:last]))
			if hmac.Equal(mac.Sum(nil), signature) {
				why, _ := Guessable([]byte(s))
				return why, true
			}
		}
	}
	return "", false
}
