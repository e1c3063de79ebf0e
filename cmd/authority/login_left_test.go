package authority_test

import (
	"context"
	"testing"

	"jotkit/cmd/authority"
)

// Who leaves while the password is being hashed has made a guess, which counts.
func TestGuessOfWhoHasLeft(t *testing.T) {
	w := start(t)
	w.register(t, "ada")
	w.left(t, func() {
		ctx, leave := context.WithCancel(t.Context())
		w.Hasher.Hashing = leave
		if _, err := w.Login(ctx, authority.LoginRequest{Name: "ada", Password: "not the password of ada"}); err == nil {
			t.Error("logged in")
		}
	}, "login refused")
}
