package sealed_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"jotkit/userdb/kv"
	"jotkit/userdb/kv/sealed"
)

func TestEnvelope(t *testing.T) {
	key, wrong := sealed.NewKey(), sealed.NewKey()
	m := memory(t, key, func(tx kv.Tx) error { return tx.Put("a", []byte("1")) })
	whole, _ := get(t, m, kv.SecretsName)
	change := func(field string, value any) []byte {
		var e map[string]any
		if err := json.Unmarshal(whole, &e); err != nil {
			t.Fatal(err)
		}
		e[field] = value
		b, _ := json.Marshal(e)
		return b
	}
	for _, test := range []struct {
		name  string
		lies  []byte
		key   sealed.Key
		want  error
		tells []string
	}{
		{"as it is", whole, key, nil, nil},
		{"another seal key", whole, wrong, kv.ErrSealKey, []string{key.ID(), wrong.ID()}},
		{"no seal key", whole, sealed.Key{}, kv.ErrSealKey, []string{key.ID(), "none"}},
		{"a newer schema", change("schema", 2), key, kv.ErrSchema, []string{"2", "1"}},
		{"no schema", change("schema", 0), key, kv.ErrDamaged, []string{`"keys"`}},
		{"another store", change("store", make([]byte, 16)), key, kv.ErrDamaged, []string{`"keys"`}},
		{"no store", change("store", nil), key, kv.ErrDamaged, []string{`"keys"`}},
		{"a key id that is not its own", change("seal_key", wrong.ID()), wrong, kv.ErrDamaged, []string{`"keys"`}},
		{"other secrets", change("secrets", make([]byte, 200)), key, kv.ErrDamaged, []string{`"keys"`}},
		{"no secrets", change("secrets", nil), key, kv.ErrDamaged, []string{`"keys"`}},
		{"no JSON", []byte("?"), key, kv.ErrDamaged, []string{`"keys"`}},
		{"missing", nil, key, kv.ErrDamaged, []string{`"keys"`}},
	} {
		t.Run(test.name, func(t *testing.T) {
			update(t, m, func(tx kv.Tx) error {
				if test.lies == nil {
					return tx.Delete(kv.SecretsName)
				}
				return tx.Put(kv.SecretsName, test.lies)
			})
			s := sealed.New(m, test.key)
			_, err := get(t, s, "a")
			if !errors.Is(err, test.want) {
				t.Errorf("got %v, want %v", err, test.want)
			}
			for _, told := range test.tells {
				if !strings.Contains(err.Error(), told) {
					t.Errorf("%q does not tell %q", err, told)
				}
			}
			if test.want == nil {
				return
			}
			if _, err := get(t, s, "never"); !errors.Is(err, test.want) {
				t.Errorf("a name that is not there: %v", err)
			}
			for name, fn := range map[string]func(kv.Tx) error{
				"put":    func(tx kv.Tx) error { return tx.Put("a", nil) },
				"delete": func(tx kv.Tx) error { return tx.Delete("a") },
			} {
				if _, err := s.Update(t.Context(), fn); !errors.Is(err, test.want) {
					t.Errorf("%s: %v", name, err)
				}
			}
		})
	}
}
