package cmd

import (
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"jotkit/userdb/kv/kvtest"
	"jotkit/userdb/kv/powerloss"
)

// nobody is an ordinary user: root can write to what has no bit for it.
const nobody = 65534

// TestReadOnly has an ordinary user act on a store of his that he can only read, for one reason or another. Commands that
// read go on, with a companion and without. One that changes something says why it cannot, by the same exit status for
// each of the reasons, and no file changes; where the files that are there can be written it works.
func TestReadOnly(t *testing.T) {
	if os.Geteuid() != 0 {
		lacking(t, "root, who can become somebody else")
	}
	const store, lock, dir = "data/jotkit/jotkit.db", "data/jotkit/jotkit.db.lock", "data/jotkit"
	chmod := func(mode os.FileMode, names ...string) func(*faulted) {
		return func(f *faulted) {
			for _, name := range names {
				f.must(os.Chmod(f.path(name), mode))
			}
		}
	}
	alone := func(f *faulted) { f.must(os.Remove(f.path(lock))) }
	medium := func(f *faulted) {
		mount(f.t.(*testing.T), f.path("data"), f.path("data"), "", syscall.MS_BIND, "")
		f.must(syscall.Mount("", f.path("data"), "", syscall.MS_REMOUNT|syscall.MS_BIND|syscall.MS_RDONLY, ""))
	}
	all, refused, changed, read := 0, 0, 0, 0
	for _, c := range []struct {
		name    string
		prepare []func(*faulted)
		revoke  int
		why     string
	}{
		{"the file", []func(*faulted){chmod(0o400, store)}, 3, "permission denied"},
		{"the file and its companion", []func(*faulted){chmod(0o400, store, lock)}, 3, "permission denied"},
		{"the directory", []func(*faulted){chmod(0o500, dir)}, 0, ""},
		{"the directory, no companion", []func(*faulted){alone, chmod(0o500, dir)}, 3, "permission denied"},
		{"all", []func(*faulted){chmod(0o400, store, lock), chmod(0o500, dir)}, 3, "permission denied"},
		{"all, no companion", []func(*faulted){alone, chmod(0o400, store), chmod(0o500, dir)}, 3, "permission denied"},
		{"the medium", []func(*faulted){medium}, 3, "read-only file system"},
		{"the medium, no companion", []func(*faulted){alone, medium}, 3, "read-only file system"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := ordinary(t)
			for _, prepare := range c.prepare {
				prepare(f)
			}
			before := f.files()
			for _, args := range []string{"verify " + f.raw, "users list", "keys list", "audit verify", "revocations list"} {
				if status, _, text := f.as(nobody, args); status != 0 {
					t.Errorf("jotkit %s ended with %d: %s", args, status, text)
				}
				read++
			}
			status, out, text := f.as(nobody, "revoke --jti lost")
			if all++; status != c.revoke || out != "" || !strings.Contains(text, c.why) {
				t.Errorf("revoke ended with %d, %q, %q", status, out, text)
			}
			if status == 0 {
				return
			}
			refused++
			after := f.files()
			delete(before, lock) // which says who has the store, and on which host
			delete(after, lock)
			if !maps.EqualFunc(before, after, func(a, b []byte) bool { return string(a) == string(b) }) {
				changed++
				t.Error("a file was changed")
			}
		})
	}
	kvtest.Figure(t, "A store that can only be read goes on verifying, and a change is refused with the reason",
		kvtest.Tried(all, "ways to be read-only"), kvtest.Tried(read, "commands that read"), kvtest.Tried(refused, "changes refused"),
		kvtest.Never(changed, "stores changed by them"))
}

// ordinary is a populated store of an ordinary user, who can run jotkit.
func ordinary(t *testing.T) *faulted {
	t.Helper()
	f := newFaulted(t)
	f.populate()
	for dir := f.dir; dir != filepath.Clean(os.TempDir()); dir = filepath.Dir(dir) {
		f.must(os.Chmod(dir, 0o755))
	}
	f.must(filepath.WalkDir(f.dir, func(path string, _ os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Lchown(path, nobody, nobody)
	}))
	self, err := os.Executable()
	f.must(err)
	program, err := os.ReadFile(self)
	f.must(err)
	f.bin = filepath.Join(filepath.Dir(f.dir), "bin", "jotkit") // where others can run it
	f.must(powerloss.Files{"jotkit": program}.Write(filepath.Dir(f.bin)))
	f.must(os.Chmod(filepath.Dir(f.bin), 0o755))
	f.must(os.Chmod(f.bin, 0o755))
	return f
}

func (f *faulted) must(err error) {
	f.t.Helper()
	if err != nil {
		f.t.Fatal(err)
	}
}

// as runs a command as this user.
func (f *faulted) as(id uint32, args string) (status int, stdout, stderr string) {
	f.t.Helper()
	var out, errs strings.Builder
	c := f.command(strings.Fields(args)...)
	c.Stdout, c.Stderr = &out, &errs
	c.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: id, Gid: id}}
	if _, ended := c.Run().(*exec.ExitError); !ended && c.ProcessState == nil {
		f.t.Fatal("it could not be run")
	}
	return c.ProcessState.ExitCode(), out.String(), errs.String()
}
