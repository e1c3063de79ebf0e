package server_test

import (
	"testing"

	"jotkit/cmd/authority"
)

// browserTarget starts a server whose issuer is its own address, for the length of the test. Nobody is registered.
func browserTarget(t *testing.T) *world {
	t.Helper()
	w := start(t)
	_, err := w.ChangeSettings(t.Context(), []authority.Setting{{Name: "iss", Value: w.url}, {Name: "aud", Value: w.url}})
	if err != nil {
		t.Fatal(err)
	}
	return w
}
