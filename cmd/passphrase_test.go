package cmd

import (
	"encoding/base64"
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"filippo.io/age/armor"

	"jotkit/userdb/kv"
	"jotkit/userdb/kv/sealed"
)

const testPassphrase = "six words picked by chance here"

func TestProtect(t *testing.T) {
	e := newInProcess(t).env("", io.Discard, io.Discard)
	key := sealed.NewKey()
	data, err := e.protect(t.Context(), key.Encode(), testPassphrase)
	if err != nil || !isProtected(data) || isProtected(key.Encode()) {
		t.Fatalf("%v\n%s", err, data)
	}
	unlock := func(data []byte, passphrase string) error {
		got, err := e.unlockWith(t.Context(), sealFile{name: "F", data: data}, passphrase)
		if err == nil && got.ID() != key.ID() {
			t.Error("it is another key")
		}
		return err
	}
	if err := unlock(data, testPassphrase); err != nil {
		t.Error(err)
	}
	if err := unlock([]byte("\n "+strings.ReplaceAll(string(data), "\n", "\r\n")), testPassphrase); err != nil {
		t.Errorf("as Windows writes lines: %v", err)
	}
	for _, passphrase := range []string{"", testPassphrase + " ", testPassphrase[1:]} {
		if err := unlock(data, passphrase); !errors.Is(err, errPassphrase) {
			t.Errorf("with %q: %v", passphrase, err)
		}
	}
	for name, text := range map[string]string{
		"more work than is done": withWork(t, data, "21"), "no work": withWork(t, data, "0"), "work that is no number": withWork(t, data, "x"),
		"cut off": string(data[:len(data)/2]), "the header alone": armor.Header,
		"a flipped bit": strings.Replace(string(data), "\n-----END", "A\n-----END", 1),
	} {
		err := unlock([]byte(text), testPassphrase)
		if !errors.Is(err, kv.ErrSealKey) || errors.Is(err, errPassphrase) {
			t.Errorf("%s: %v", name, err)
		}
	}
	other, err := e.protect(t.Context(), []byte("no key"), testPassphrase)
	if err != nil {
		t.Fatal(err)
	}
	if err := unlock(other, testPassphrase); !errors.Is(err, kv.ErrSealKey) || strings.Contains(err.Error(), "no key") {
		t.Errorf("what is no key: %v", err)
	}
}

// A backup that asks for more work than a machine may have memory for is refused at once.
func TestBackupWork(t *testing.T) {
	p := newInProcess(t)
	p.run(0, "", "init")
	words, backup := filepath.Join(p.dir, "words"), filepath.Join(p.dir, "b.age")
	if err := os.WriteFile(words, []byte(testPassphrase), 0o600); err != nil {
		t.Fatal(err)
	}
	p.run(0, "", "store", "backup", backup, "--passphrase-file", words)
	p.run(0, "", "store", "restore", backup, "--passphrase-file", words, "--dry-run", "--accept-rollback")
	data, err := os.ReadFile(backup)
	if err != nil {
		t.Fatal(err)
	}
	dear := regexp.MustCompile(`(-> scrypt \S+ )\d+\n`).ReplaceAll(data, []byte("${1}21\n"))
	if err := os.WriteFile(backup, dear, 0o600); err != nil {
		t.Fatal(err)
	}
	_, errs := p.run(9, "", "store", "restore", backup, "--passphrase-file", words, "--dry-run", "--accept-rollback")
	if !strings.Contains(errs, "work factor too large") {
		t.Error(errs)
	}
}

// withWork is a protected file that asks for other work.
func withWork(t *testing.T, data []byte, work string) string {
	t.Helper()
	raw, err := io.ReadAll(armor.NewReader(strings.NewReader(string(data))))
	if err != nil {
		t.Fatal(err)
	}
	stanza := regexp.MustCompile(`(-> scrypt \S+ )\d+\n`)
	if !stanza.Match(raw) {
		t.Fatalf("%q", raw)
	}
	raw = stanza.ReplaceAll(raw, []byte("${1}"+work+"\n"))
	var out strings.Builder
	out.WriteString(armor.Header + "\n")
	text := base64.StdEncoding.EncodeToString(raw)
	for len(text) > 64 {
		out.WriteString(text[:64] + "\n")
		text = text[64:]
	}
	out.WriteString(text + "\n" + armor.Footer + "\n")
	return out.String()
}

// A passphrase that is longer than what is read of its file is refused: what was cut off it would be another one.
func TestPassphraseTooLong(t *testing.T) {
	p := newInProcess(t)
	p.run(0, "", "init")
	long := filepath.Join(p.dir, "long")
	if err := os.WriteFile(long, []byte(strings.Repeat("a", maxPasswordInput+1)), 0o600); err != nil {
		t.Fatal(err)
	}
	p.run(2, "", "store", "reseal", "--new-passphrase-file", long)
	p.run(2, "", "store", "backup", filepath.Join(p.dir, "b.age"), "--passphrase-file", long)
	p.run(0, "", "keys", "list")
}

// What is written takes the work that it should: no flag makes it cheap, and no test leaves it so.
func TestProtectedWork(t *testing.T) {
	if testing.Short() {
		t.Skip("a second of work")
	}
	e := newInProcess(t).env("", io.Discard, io.Discard)
	e.work = processEnv().work
	data, err := e.protect(t.Context(), sealed.NewKey().Encode(), testPassphrase)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := io.ReadAll(armor.NewReader(strings.NewReader(string(data))))
	if err != nil || !regexp.MustCompile(`-> scrypt \S+ 18\n`).Match(raw) {
		t.Errorf("%v: %q", err, raw[:60])
	}
}

// A short passphrase is refused by its characters, not its bytes.
func TestCheckPassphrase(t *testing.T) {
	for passphrase, want := range map[string]bool{
		"": false, "fourteen chars": false, "fifteen chars ok": true, strings.Repeat("é", 14): false, strings.Repeat("é", 15): true,
	} {
		if got := checkPassphrase(passphrase) == nil; got != want {
			t.Errorf("%q: %v", passphrase, got)
		}
	}
}

// TestServeAfterReseal has a server go on, with what it has in memory and with the store, when the store gets another key:
// it takes that from its place, and from a place that it was not told of it takes none.
func TestServeAfterReseal(t *testing.T) {
	s := newServing(t)
	s.register("ada", "user")
	was := s.login("ada")
	s.run("store", "reseal")
	is := s.login("ada")
	for _, raw := range []string{was.Access, is.Access} {
		if answer, body := get(t, s.url+"/protected", raw); answer.StatusCode != 200 {
			t.Errorf("%s %s", answer.Status, body)
		}
	}
	s.run("store", "reseal", "--to", "elsewhere.key")
	s.run("revoke", "--user", "ada", "--yes", "--seal-key-file", "elsewhere.key")
	if answer, body := get(t, s.url+"/protected", is.Access); answer.StatusCode != 503 {
		t.Errorf("revoked where it cannot see: %s %s", answer.Status, body)
	}
	if err := os.Rename(s.path("elsewhere.key"), s.path("seal.key")); err != nil {
		t.Fatal(err)
	}
	if answer, body := get(t, s.url+"/protected", is.Access); answer.StatusCode != 401 {
		t.Errorf("revoked: %s %s", answer.Status, body)
	}
}

// A server that has its passphrase from a file takes a new key under the same one.
func TestServeProtected(t *testing.T) {
	h := newHome(t)
	h.write("words", testPassphrase)
	h.run("init")
	h.run("store", "reseal", "--new-passphrase-file", "words")
	s := h.serve("--seal-passphrase-file", filepath.Join(h.dir, "words"))
	s.run("register", "ada", "--password-file", "pass", "--seal-passphrase-file", "words")
	s.login("ada")
	s.run("store", "reseal", "--seal-passphrase-file", "words")
	s.login("ada")
}
