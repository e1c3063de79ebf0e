package cmd

import (
	"time"

	"github.com/spf13/pflag"

	"jotkit/token"
)

// bindExpect binds what verify expects of a token. Package token knows nothing of flags.
func bindExpect(f *pflag.FlagSet, want *token.Expect) {
	f.Var(listValue{&want.Issuers}, "iss", "expect this issuer `I`, or one of several")
	f.Var(listValue{&want.Audiences}, "aud", "expect this audience `A`, or one of several")
	f.Var(listValue{&want.Types}, "typ", "expect this type `T`, or one of several")
	f.Var(requireValue{&want.Require}, "require", "the claim must be there, as `NAME[=V]` or NAME:=JSON")
	f.Var(listValue{&want.Scopes}, "scope", "the scope `S` must be there")
	f.Var(listValue{&want.Roles}, "role", "the role `R` must be there")
	want.Leeway = token.DefaultLeeway
	f.Var(durationValue{&want.Leeway, 0}, "leeway", "difference between clocks to allow for, `D`")
	f.Var(durationValue{&want.MaxAge, time.Second}, "max-age", "at most `D` since it was issued")
	f.Var(durationValue{&want.MinLife, time.Second}, "min-ttl", "at least `D` left to live")
}
