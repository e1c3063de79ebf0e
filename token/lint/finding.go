package lint

import "fmt"

// A Finding is one thing that should not be so.
type Finding struct {
	Rule    string `json:"rule"`  // a name in Rules
	Where   string `json:"where"` // such as claims.address.zip, header.kid, signature, token, key 2 (of a set)
	Message string `json:"message"`
}

// A Rule is something that is looked for.
type Rule struct{ Name, About string }

// The rules for who opens the file and makes the key; nothing here finds them.
const (
	ExposedFile = "exposed_file"
	WeakKey     = "weak_key"
	UnusableKey = "unusable_key"
)

// Rules lists all rules: those about tokens, and then those about keys.
func Rules() []Rule {
	return []Rule{
		{"alg_none", "the token is not signed"},
		{"alg_unknown", "an algorithm that is not of RFC 7518, 8037 or 9864"},
		{"alg_symmetric", "HS for many: whoever verifies can sign too"},
		{"guessable_secret", "an HMAC secret that is published or easily guessed"},
		{"key_in_header", "jwk, jku, x5c or x5u: no token chooses its key"},
		{"odd_kid", "a kid like a path, a query or a program"},
		{"missing_typ", "no typ, so it can stand for another kind of token"},
		{"missing_claim", "no exp, iat, iss, sub, aud or jti"},
		{"odd_date", "exp, nbf or iat that readers take differently"},
		{"long_life", "more than a day from iat to exp"},
		{"duplicate_audience", "an audience that stands twice"},
		{"mail_address", "a mail address in a claim"},
		{"phone_number", "a telephone number in a claim"},
		{"card_number", "a payment card number in a claim"},
		{"bank_account", "an IBAN in a claim"},
		{"birth_date", "a date of birth in a claim"},
		{"postal_address", "a postal address in a claim"},
		{"identity_number", "a passport, tax or social security number"},
		{"secret_claim", "a claim that holds a password, a key or a token"},
		{"nested_token", "a whole token in a claim"},
		{"cookie_size", "too long for a cookie (4096 bytes)"},
		{"header_size", "too long for the header of many servers (8 KiB)"},
		{ExposedFile, "others can read the file with the key"},
		{WeakKey, "a key that is too weak to be used"},
		{UnusableKey, "a key that would be refused for another reason"},
		{"missing_kid", "a key without kid: it cannot be rotated"},
		{"missing_alg", "a key that does not say its algorithm"},
		{"missing_use", "a key that says neither use nor key_ops"},
		{"equal_kids", "two keys of one set with the same kid"},
		{"private_in_set", "private keys in a set for everyone"},
		{"expired_certificate", "a certificate whose time is over, or to come"},
	}
}

// findings are collected in the order in which they are made.
type findings []Finding

func (f *findings) add(rule, where, format string, args ...any) {
	*f = append(*f, Finding{rule, where, fmt.Sprintf(format, args...)})
}
