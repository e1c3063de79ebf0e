package lint_test

import (
	"crypto/ed25519"
	"crypto/x509"
	"encoding/base64"
	"strings"
	"testing"

	"jotkit/token/lint"
)

// TestClaims: what a claim beside clean ones is found to be, and what it is not.
func TestClaims(t *testing.T) {
	const key = "-----BEGIN " + "EC PRIVATE KEY-----\\nMHcC"
	for _, c := range []struct {
		claims string // more of them
		want   string // at the first of those, or ""
	}{
		{`"email":"ada@example.com"`, "mail_address claims.email"},
		{`"x":{"y":[1,"Ada <ada@mail.example.com>"]}`, "mail_address claims.x.y.1"},
		{`"upn":"ада@пример.рф"`, "mail_address claims.upn"},
		{`"email":"bot@project.iam.gserviceaccount.com"`, ""},
		{`"version":"left-pad@1.3.0"`, ""},
		{`"preferred_username":"ada"`, ""},
		{`"email_verified":true`, ""},
		{`"phone_number":"+44 (0)20 7946-0958"`, "phone_number claims.phone_number"},
		{`"x":"+442079460958"`, "phone_number claims.x"},
		{`"x":"tel:+1-201-555-0123"`, "phone_number claims.x"},
		{`"https://x.example/Mobile":"0171 2345678"`, "phone_number claims.https://x.example/Mobile"},
		{`"msisdn":491712345678`, "phone_number claims.msisdn"},
		{`"x":"0171 2345678"`, ""},
		{`"phone_number_verified":true`, ""},
		{`"card":"4111 1111 1111 1111"`, "card_number claims.card"},
		{`"n":378282246310005`, "card_number claims.n"},
		{`"n":"2223-0031-2200-3222"`, "card_number claims.n"},
		{`"n":"6011111111111117"`, "card_number claims.n"},
		{`"n":"3530111333300000"`, "card_number claims.n"},
		{`"n":"30569309025904"`, "card_number claims.n"},
		{`"n":"38520000023237"`, "card_number claims.n"},
		{`"n":"6200000000000005"`, "card_number claims.n"},
		{`"n":"4111111111111112"`, ""},
		{`"n":"9111111111111111"`, ""},
		{`"id":1130072395000000000`, ""},
		{`"iban":"DE89 3704 0044 0532 0130 00"`, "bank_account claims.iban"},
		{`"n":"GB82WEST12345698765432"`, "bank_account claims.n"},
		{`"n":"DE89370400440532013001"`, ""},
		{`"birthdate":"1815-12-10"`, "birth_date claims.birthdate"},
		{`"address":{"street_address":"St James's Square 12","country":"UK"}`, "postal_address claims.address.street_address"},
		{`"address":"12 St James's Square, London"`, "postal_address claims.address"},
		{`"address":"0x52908400098527886E0F7030069857D2E4169EE7"`, ""},
		{`"ssn":"078-05-1120"`, "identity_number claims.ssn"},
		{`"db_password":"hunter2"`, "secret_claim claims.db_password"},
		{`"x":{"apiKey":"1"}`, "secret_claim claims.x.apiKey"},
		{`"password_changed_at":1700000000`, ""},
		{`"has_password":true`, ""},
		{`"client_secret":""`, ""},
		{`"x":"` + key + `"`, "secret_claim claims.x"},
		{`"x":"AKIA` + `IOSFODNN7EXAMPLE"`, "secret_claim claims.x"},
		{`"x":"ghp_` + strings.Repeat("a", 36) + `"`, "secret_claim claims.x"},
		{`"x":"jkr_` + strings.Repeat("A", 26) + `.1.x"`, "secret_claim claims.x"},
		{`"x":"AGE-SECRET-` + `KEY-1` + strings.Repeat("Q", 58) + `"`, "secret_claim claims.x"},
		{`"x":"github_` + `pat_` + strings.Repeat("a", 22) + `_x"`, "secret_claim claims.x"},
		{`"x":"glp` + `at-` + strings.Repeat("a", 20) + `"`, "secret_claim claims.x"},
		{`"x":"xox` + `b-1234567890-a"`, "secret_claim claims.x"},
		{`"x":"AIz` + `a` + strings.Repeat("a", 35) + `"`, "secret_claim claims.x"},
		{`"x":"sk_` + `live_` + strings.Repeat("a", 24) + `"`, "secret_claim claims.x"},
		{`"x":"npm` + `_` + strings.Repeat("a", 36) + `"`, "secret_claim claims.x"},
		{`"x":"hv` + `s.` + strings.Repeat("a", 24) + `"`, "secret_claim claims.x"},
		{`"x":"$argon2id$v=19$m=65536,t=3,p=4$c2FsdA$aGFzaA"`, "secret_claim claims.x"},
		{`"x":"task_live_and_let_live_0123456789"`, ""},
		{`"x":"https://ada:lovelace@db.example/x"`, "secret_claim claims.x"},
		{`"x":"https://id.example:8443/a@b"`, ""},
		{`"x":"$2b$12$abcdefghijklmnopqrstuv"`, "secret_claim claims.x"},
		{`"x":"{\"kty\":\"EC\",\"d\":\"d\"}"`, "secret_claim claims.x"},
		{`"x":"` + b64(`{"kty":"OKP","d":"d"}`) + `"`, "secret_claim claims.x"},
		{`"x":"` + base64.StdEncoding.EncodeToString([]byte("-----BEGIN "+"EC PRIVATE KEY-----\nMHcC\n")) + `"`, "secret_claim claims.x"},
		{`"x":"` + base64.StdEncoding.EncodeToString(privateDER(t)) + `"`, "secret_claim claims.x"},
		{`"x":"` + b64(string(privateDER(t))) + `"`, "secret_claim claims.x"},
		{`"x":"` + b64(`{"kty":"EC","x":"x"}`) + `"`, ""},
		{`"n":"de89 3704 0044 0532 0130 00"`, "bank_account claims.n"},
		{`"n":"deadbeefdeadbeefdeadbe"`, ""},
		{`"cnf":{"jwk":{"kty":"EC","crv":"P-256","x":"x","y":"y"}}`, ""},
		{`"cnf":{"jwk":{"kty":"OKP","d":"d"}}`, "secret_claim claims.cnf.jwk"},
		{`"act":"Bearer ` + made(cleanHeader, "") + `"`, "nested_token claims.act"},
		{`"version":"1.2.3"`, ""},
		{`"sid":"4111111111111111","at_hash":"4111111111111111"`, ""},
		{`"nbf":1700000000.5`, "odd_date claims.nbf"},
		{`"nbf":1.7e9`, "odd_date claims.nbf"},
		{`"nbf":1700000000000`, "odd_date claims.nbf"},
		{`"nbf":"1700000000"`, "odd_date claims.nbf"},
		{`"nbf":1700000900`, "odd_date claims.nbf"},
		{`"nbf":1700000899`, ""},
	} {
		raw := made(cleanHeader, ","+c.claims)
		got := places(t, raw)
		if first := append(got, "")[0]; first != c.want || c.want == "" && len(got) > 0 {
			t.Errorf("%s: %q, want %q", c.claims, got, c.want)
		}
		wantNothingRepeated(t, raw, c.claims)
	}
}

// wantNothingRepeated wants no string of these claims in what is said of a token.
func wantNothingRepeated(t *testing.T, raw, claims string) {
	t.Helper()
	list, err := lint.Token(raw)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range list {
		for _, text := range strings.FieldsFunc(claims, func(r rune) bool { return strings.ContainsRune(`{}[]":,`, r) }) {
			if len(text) > 5 && !strings.Contains(f.Where, text) && strings.Contains(f.Message, text) {
				t.Errorf("%s: %q repeats %q", claims, f.Message, text)
			}
		}
	}
}

// privateDER is an Ed25519 key as RFC 5958 has it.
func privateDER(t *testing.T) []byte {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize)))
	if err != nil {
		t.Fatal(err)
	}
	return der
}
