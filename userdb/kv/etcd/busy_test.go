//go:build etcd

package etcd

import (
	"errors"
	"strings"
	"testing"

	"jotkit/userdb/kv"
)

// TestBusy: who waited in vain and met nobody has lost no race.
func TestBusy(t *testing.T) {
	for lost, says := range map[int]string{0: kv.ErrBusy.Error(), 3: "lost 3 races"} {
		if err := (&batch{lost: lost}).busy(); !errors.Is(err, kv.ErrBusy) || !strings.HasSuffix(strings.TrimSuffix(err.Error(), " to others"), says) {
			t.Errorf("%d races lost: %v", lost, err)
		}
	}
}
