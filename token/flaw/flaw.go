package flaw

import (
	"errors"
	"fmt"
	"slices"
	"sync"

	"jotkit/token"
)

var (
	// ErrUnknownKind comes back for a name that no kind has.
	ErrUnknownKind = errors.New("no such flaw")
	// ErrImpossible comes back for a kind that cannot be made of this token with this key.
	ErrImpossible = errors.New("flaw cannot be made")
	// ErrNotGood comes back for a token to begin with that is not good itself: then its flaw would not decide.
	ErrNotGood = errors.New("the token to begin with is not good")
)

// A Kind is one thing that can be wrong with a token.
type Kind struct {
	Name   string       // in kebab-case
	Wrong  string       // what is wrong, for people
	Reason token.Reason // the verdict of a verifier that expects the iss, aud and typ of the good token
}

// A Token is a bad token of one kind.
type Token struct {
	Kind
	Raw string
}

// A kind is a Kind and how it is made.
type kind struct {
	Kind
	forge maker
}

// kinds is every kind there is, from when it is first asked for: who has this package in a program pays nothing before.
var kinds = sync.OnceValue(func() []kind {
	return slices.Concat(timeKinds(), claimKinds(), payloadKinds(), headerKinds(), keyKinds(), algorithmKinds(), signatureKinds(), shapeKinds())
})

// Kinds lists every kind there is, whether or not it can be made of a certain token.
func Kinds() []Kind {
	list := make([]Kind, len(kinds()))
	for i, k := range kinds() {
		list[i] = k.Kind
	}
	return list
}

// Known tells whether a kind has this name.
func Known(name string) bool {
	return slices.ContainsFunc(kinds(), func(k kind) bool { return k.Name == name })
}

// Named makes the bad token of one kind. Errors are ErrUnknownKind, and ErrImpossible with the cause.
func (s *Set) Named(name string) (Token, error) {
	i := slices.IndexFunc(kinds(), func(k kind) bool { return k.Name == name })
	if i < 0 {
		return Token{}, fmt.Errorf("%w: %q", ErrUnknownKind, name)
	}
	k := kinds()[i]
	raw, err := k.forge(s.take(k.Name))
	if err != nil {
		return Token{}, fmt.Errorf("%q: %w", k.Name, err)
	}
	if len(raw) > token.MaxLength && k.Name != oversized { // then that would be what is wrong
		return Token{}, fmt.Errorf("%q: %w", k.Name, impossible("it would be longer than %d bytes", token.MaxLength))
	}
	return Token{k.Kind, raw}, nil
}

// All makes a bad token of each kind that can be made, in the order of Kinds.
func (s *Set) All() ([]Token, error) {
	var list []Token
	for _, k := range kinds() {
		t, err := s.Named(k.Name)
		if errors.Is(err, ErrImpossible) {
			continue
		}
		if err != nil {
			return nil, err
		}
		list = append(list, t)
	}
	return list, nil
}
