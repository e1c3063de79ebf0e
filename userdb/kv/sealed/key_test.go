package sealed_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"jotkit/userdb/kv"
	"jotkit/userdb/kv/sealed"
)

func TestKeyText(t *testing.T) {
	key := sealed.NewKey()
	text := key.Encode()
	if bytes.Count(text, []byte("\n")) != 1 || !bytes.HasPrefix(text, []byte("jotkit-seal-key-1:")) {
		t.Errorf("text form: %d bytes", len(text))
	}
	for name, in := range map[string][]byte{
		"as it is": text, "no line end": bytes.TrimSpace(text), "white space": []byte(" \t" + string(text) + "\r\n\n"),
	} {
		if got, err := sealed.ParseKey(in); err != nil || got.ID() != key.ID() || !bytes.Equal(got.Encode(), text) {
			t.Errorf("%s: %v, %v", name, got.ID(), err)
		}
	}
	line := string(bytes.TrimSpace(text))
	for name, in := range map[string]string{
		"empty": "", "another version": strings.Replace(line, "key-1", "key-2", 1),
		"no prefix": strings.TrimPrefix(line, "jotkit-seal-key-1:"),
		"short":     line[:len(line)-2], "long": line + "AA", "padded": line + "=",
		"two": line + "\n" + line, "broken": line[:30] + "\n" + line[30:],
		"spare bits": line[:len(line)-1] + "B", "another alphabet": line[:len(line)-1] + "+", "prefix alone": "jotkit-seal-key-1:",
	} {
		_, err := sealed.ParseKey([]byte(in))
		if !errors.Is(err, kv.ErrSealKey) {
			t.Errorf("%s: %v", name, err)
		} else if strings.Contains(err.Error(), line[25:45]) {
			t.Errorf("%s: the error shows the key", name)
		}
	}
}

func TestKeyIDs(t *testing.T) {
	a, b := sealed.NewKey(), sealed.NewKey()
	if a.ID() == b.ID() || len(a.ID()) != 16 {
		t.Errorf("ids %q, %q", a.ID(), b.ID())
	}
	zero := sealed.Key{}
	if zero.ID() != "" || zero.Encode() != nil || !zero.IsZero() || a.IsZero() {
		t.Error("the zero key is none")
	}
}

// However a key is printed, logged or encoded, also inside something else, it does not show.
func TestKeyDoesNotShow(t *testing.T) {
	key := sealed.NewKey()
	encoded := bytes.TrimPrefix(bytes.TrimSpace(key.Encode()), []byte("jotkit-seal-key-1:"))
	raw, err := base64.RawURLEncoding.DecodeString(string(encoded))
	if err != nil {
		t.Fatal(err)
	}
	nested := struct{ private, Public any }{struct{ deep sealed.Key }{key}, &key}
	typed := struct{ key sealed.Key }{key}
	var out bytes.Buffer
	all := []any{key, &key, nested, &nested, typed, &typed, []sealed.Key{key}, map[string]sealed.Key{"k": key}}
	for _, verb := range strings.Fields("%v %+v %#v %s %q %x %X %d %b %o %c %U %t %e %p %w %T") {
		for _, what := range all {
			fmt.Fprintf(&out, verb+"\n", what)
		}
	}
	fmt.Fprintln(&out, key, key.String(), key.GoString(), typed)
	for _, log := range []*slog.Logger{slog.New(slog.NewJSONHandler(&out, nil)), slog.New(slog.NewTextHandler(&out, nil))} {
		log.Info("key", "key", key, "nested", nested, "typed", typed, "pointer", &key)
	}
	if b, err := json.Marshal(key); err == nil {
		t.Errorf("as JSON: %s", b)
	}
	var decimal []string
	for _, b := range raw[:6] {
		decimal = append(decimal, fmt.Sprint(b))
	}
	shown := strings.ToLower(out.String())
	for form, s := range map[string]string{
		"base64": string(encoded[:12]), "hex": hex.EncodeToString(raw[:6]), "decimal": strings.Join(decimal, " "),
		"raw": string(raw[:6]), "listed": strings.Join(decimal, ", "),
		"hex, listed": fmt.Sprintf("%#x, %#x, %#x", raw[0], raw[1], raw[2]),
	} {
		if strings.Contains(shown, strings.ToLower(s)) {
			t.Errorf("the key shows as %s", form)
		}
	}
}
