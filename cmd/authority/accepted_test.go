package authority

import (
	"fmt"
	"strings"
	"testing"

	"jotkit/token"
)

// TestAcceptedIsBounded: two generations are kept, of texts that are not too long, and what is asked for stays.
func TestAcceptedIsBounded(t *testing.T) {
	a, claims := newAccepted(), &token.Claims{}
	a.add("asked for", claims, 1)
	a.add("forgotten", claims, 1)
	for i := range 5 * generation {
		a.add(fmt.Sprint(i), claims, 1)
		if n := len(a.young) + len(a.old); n > 2*generation {
			t.Fatalf("%d are kept", n)
		}
		if i%100 == 0 && a.get("asked for") == nil {
			t.Fatalf("what is asked for all the time is gone after %d", i)
		}
	}
	if a.get("forgotten") != nil || a.get("0") != nil {
		t.Error("what nobody asks for is kept")
	}
	if a.get(fmt.Sprint(5*generation-1)) == nil {
		t.Error("the newest is gone")
	}
	a.add(strings.Repeat("x", longestKept+1), claims, 1)
	if a.get(strings.Repeat("x", longestKept+1)) != nil {
		t.Error("a text that is too long is kept")
	}
}
