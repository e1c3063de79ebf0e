package lint

import (
	_ "embed"
	"encoding/base64"
	"encoding/hex"
	"strings"
	"sync"
)

//go:embed known.txt
var knownText string

// published are the secrets of known.txt, and the bytes that they may be an encoding of.
var published = sync.OnceValue(func() (list []string) {
	for line := range strings.Lines(knownText) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		list = append(list, line)
		bare := strings.TrimRight(line, "=")
		for _, decode := range []func(string) ([]byte, error){
			hex.DecodeString, base64.RawURLEncoding.DecodeString, base64.RawStdEncoding.DecodeString,
		} {
			if b, err := decode(bare); err == nil && len(b) >= 16 { // shorter ones are words by chance
				list = append(list, string(b))
			}
		}
	}
	return list
})

// isPublished are those secrets, as they are and in lower case.
var isPublished = sync.OnceValue(func() map[string]bool {
	is := map[string]bool{}
	for _, s := range published() {
		is[s], is[strings.ToLower(s)] = true, true
	}
	return is
})

// words are what secrets are made of that are no secrets.
var words = sync.OnceValue(func() map[string]bool {
	is := map[string]bool{}
	for _, w := range strings.Fields(`
		secret secrets key keys token tokens jwt jws password passphrase pass word change changeme changed this that these the
		your yours with without for from and not use used using only just here there have has been must should please replace
		replaced own any some very much really super ultra mega top long longer short least most minimum than more bit bits byte bytes
		char chars character characters string strings random strong secure secured security insecure safe unsafe private public
		shared hidden sign signed signing signature verify verification authentication auth authorization access refresh session
		cookie login user users admin root test tests testing tested development developer dev production prod staging local localhost
		demo example examples sample default value values placeholder dummy fake foo bar baz qux hello world app application api
		service server client web site backend frontend project company name code data hmac sha hash algorithm encryption encrypted
		encrypt crypto cryptographic base hex text environment variable env config configuration setting settings generate generated
		make sure keep never commit share tell anyone will can could would don dont one two three four new old first last good bad
		best big great real really true false none null undefined empty temp temporary tmp todo fixme insert enter put add set get
		master main internal custom simple easy guess hard unique number letters phrase django flask express spring laravel rails node nest next react
		java python golang rust ruby docker supabase hasura kong keycloak oauth openid bearer json super man cat dog horse
		123 1234 12345 123456 1234567 12345678 123456789 1234567890
		correct battery staple keyboard qwerty monkey dragon welcome letmein sunshine love god`) {
		is[w] = true
	}
	return is
})
