package cmd

import (
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// examplesWorld makes what the examples in the help take for granted. S is the address of a server.
const examplesWorld = `umask 077
jotkit settings set "aud=api,$S"
jotkit register ada --password-file pass --role user
mkdir secrets && cp pass secrets/ci && jotkit register ci --role service --password-file secrets/ci
jotkit mint --sub ada --aud api > cached
jotkit mint --sub ada --aud api --count 3 > tokens
jotkit keys export --format jwks > jwks.json && cp jwks.json issuer.pem
jotkit bundle export --out bundle.jot
jotkit audit export --out audit-2026-10.jsonl
echo '{"aud": "api", "typ": "at+jwt"}' > contract.json
echo '{"sub": "ada", "env": "test"}' > claims.json
openssl rand -hex 32 | tr -d '\n' > hmac.txt
(echo "GET /x Authorization: Bearer $(cat cached)"; echo; cat tokens) > app.log
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out private.pem
openssl pkey -in private.pem -pubout -out public.pem && cp public.pem ec.pem && cp private.pem k.pem
openssl genpkey -algorithm RSA -out rsa.pem && jotkit keys convert rsa.pem --format pem > rsa.pub
jotkit keys convert public.pem | sed '/"alg"/d; /"use"/d' > public.jwk
openssl genpkey -algorithm ed25519 | jotkit keys convert - > ed.jwk
cp ed.jwk id_ed25519.pub
cp pass pass.txt
jotkit encrypt --password-file pass.txt --token-file cached > token.txt
`

// The examples that need more than that world, or would not end, have stories of their own in testdata/script.
var examplesOf = []string{
	"audit export", "audit prune", "audit verify", "bundle export", "bundle inspect", "decode", "decrypt", "encrypt", "keys convert", "keys export", "keys list",
	"lint", "login", "mint", "probe", "roles list", "sessions list", "settings", "verify", "version",
}

// TestHelpExamples types the examples in the help of the commands that make, read and verify tokens and keys.
func TestHelpExamples(t *testing.T) {
	for _, program := range []string{"bash", "openssl", "curl", "jq"} {
		peer(t, program)
	}
	s := newServing(t)
	if status, log := s.bash(examplesWorld, "S="+s.url); status != 0 {
		t.Fatalf("exit status %d\n%s", status, log)
	}
	root, _ := newRoot(newInProcess(t).env("", nil, nil), nil)
	run := 0
	for _, name := range examplesOf {
		c, _, err := root.Find(strings.Fields(name))
		if err != nil || c.Example == "" {
			t.Fatalf("%q has no example: %v", name, err)
		}
		for _, example := range examples(c) {
			run++
			t.Run(example, func(t *testing.T) {
				if status, log := s.bash(exampleSetting(name) + s.typed(example)); status != 0 {
					t.Errorf("exit status %d\n%s", status, log)
				}
			})
		}
	}
	if run < 30 {
		t.Errorf("only %d examples were found", run)
	}
}

// examples are those of a command, one each; a line that is indented further goes on with the one before.
func examples(c *cobra.Command) (list []string) {
	for line := range strings.Lines(c.Example) {
		if text, more := strings.CutPrefix(line, "    "); more && len(list) > 0 {
			list[len(list)-1] += " " + strings.TrimSpace(text)
		} else if text = strings.TrimSpace(line); text != "" {
			list = append(list, text)
		}
	}
	return list
}

// exampleSetting makes the variable T of the examples.
func exampleSetting(name string) string {
	switch name {
	case "decrypt":
		return "T=$(jotkit mint --sub ada | jotkit encrypt --to public.pem)\n"
	case "lint":
		return "T=$(jotkit login ada --password-file pass)\n"
	}
	return "T=$(jotkit mint --sub ada --aud api)\n"
}

// typed puts the server in the place of the hosts of an example, and a file in that of a password that would be asked for.
func (s *serving) typed(example string) string {
	return strings.NewReplacer(
		"login ada", "login ada --password-file pass",
		"/run/secrets", "secrets",
		"curl -s https://id.example/token", "curl -s -d username=ada --data-urlencode \"password=$(cat pass)\" "+s.url+"/login",
		"curl -v https://api.example", "curl -v -H \"Authorization: Bearer $T\" "+s.url,
		"--i-own-this api.example https://api.example/me", "--i-own-this 127.0.0.1 "+s.url+"/protected",
		"--key k.pem --iss me --aud api http://127.0.0.1:3000/me", s.url+"/protected",
		"http://127.0.0.1:8080", s.url,
		"https://id.example/jwks.json", s.url+"/.well-known/jwks.json",
		"https://id.example", s.url,
	).Replace(example)
}
