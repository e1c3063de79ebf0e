package cmd

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"jotkit/cmd/authority"
	"jotkit/token"
	"jotkit/token/flaw"
)

// listFlaws is the word for --flaw that shows the kinds there are.
const listFlaws = "list"

// flawValue is a flag that takes the name of a flaw, or all or list.
type flawValue struct{ to *string }

func (v flawValue) String() string { return "" }
func (v flawValue) Type() string   { return "KIND" }

func (v flawValue) Set(s string) error {
	if s != authority.AllFlaws && s != listFlaws && !flaw.Known(s) {
		return errors.New("no such flaw: jotkit mint --flaw list shows them")
	}
	*v.to = s
	return nil
}

// verdictJSON is the verdict that a bad token should get.
type verdictJSON struct {
	Exit   int          `json:"exit"`
	Reason token.Reason `json:"reason"`
}

func expected(k flaw.Kind) verdictJSON { return verdictJSON{statusOf(k.Reason), k.Reason} }

// kindJSON is a flaw for scripts.
type kindJSON struct {
	Flaw   string      `json:"flaw"`
	Wrong  string      `json:"wrong"`
	Expect verdictJSON `json:"expect"`
}

func (k kindJSON) row() []string {
	return []string{k.Flaw, strconv.Itoa(k.Expect.Exit), string(k.Expect.Reason), k.Wrong}
}

func (e *env) listFlaws() error {
	var items []kindJSON
	for _, k := range flaw.Kinds() {
		items = append(items, kindJSON{k.Name, k.Wrong, expected(k)})
	}
	return list(e, items, []string{"FLAW", "EXIT", "REASON", "WRONG"}, kindJSON.row)
}

// flawedJSON is a bad token for scripts.
type flawedJSON struct {
	Flaw   string      `json:"flaw"`
	Token  string      `json:"token"`
	Expect verdictJSON `json:"expect"`
}

// mintFlawed answers with bad tokens, one a line. A bare one with a line end inside would be two of those, so among
// others it is left out; alone it is what was asked for.
func (e *env) mintFlawed(ctx context.Context, o mintOptions) error {
	made, err := e.flawed(ctx, o, o.flaw, e.writing)
	if err != nil {
		return err
	}
	for _, t := range made.Bad {
		switch {
		case e.json:
			err = e.printLine(flawedJSON{t.Name, t.Raw, expected(t.Kind)})
		case len(made.Bad) > 1 && strings.Contains(t.Raw, "\n"):
			e.note("left out %s, which is no single line: --json carries it", t.Name)
		default:
			err = e.print(t.Raw + "\n")
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// flawed makes bad tokens of a kind with the key that was named, or with that of the store which open finds.
func (e *env) flawed(
	ctx context.Context, o mintOptions, kind string, open func(context.Context) (*authority.Authority, error),
) (authority.Flawed, error) {
	if !o.key.given() {
		a, err := open(ctx)
		if err != nil {
			return authority.Flawed{}, err
		}
		return a.MintFlawed(ctx, o.MintRequest, kind)
	}
	key, err := e.externalSigner(ctx, o.key)
	if err != nil {
		return authority.Flawed{}, err
	}
	if kind == authority.AllFlaws { // a store always has both
		e.noteMissing("iss", o.Issuer == "")
		e.noteMissing("aud", len(o.Audience) == 0)
	}
	return authority.MintFlawedWith(ctx, key, e.now(), o.MintRequest, kind)
}

// noteMissing tells that nothing can be wrong with a claim that is not there: whoever did not think of it would take the
// service for one that looks at it.
func (e *env) noteMissing(claim string, missing bool) {
	if missing {
		e.note("left out the flaws of %s, which the good token has not: name one with --%s", claim, claim)
	}
}
