package cmd

import (
	"bytes"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"jotkit/userdb/kv/kvtest"
)

// TestFUSE: no command makes, reads or writes a store on a file system whose locks nobody can rely on, by whatever way it is
// named; a seal key may lie there.
func TestFUSE(t *testing.T) {
	peer(t, "bindfs")
	h := newHome(t)
	h.run("init")
	raw := h.run("mint", "--sub", "ada")
	under, mounted := h.path("under"), h.path("mounted")
	for _, dir := range []string{under, mounted} {
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(under+"/there.db", h.bytes(t), 0o600); err != nil {
		t.Fatal(err)
	}
	mountFUSE(t, under, mounted)
	if err := os.Symlink(mounted+"/there.db", h.path("link.db")); err != nil {
		t.Fatal(err)
	}
	asked, wrong := 0, 0
	refuses := func(store string, commands ...[]string) {
		for _, args := range commands {
			asked++
			status, said := h.ending(append(args, "--store", store)...)
			if status != 3 || !strings.Contains(said, "is on FUSE") || !strings.Contains(said, "hint: name a store on a local disk with --store") {
				t.Errorf("%v on %s: %d\n%s", args, store, status, said)
				wrong++
			}
		}
	}
	for _, store := range []string{mounted + "/there.db", h.path("link.db")} {
		refuses(store, []string{"mint", "--sub", "ada"}, []string{"rotate"}, []string{"verify", raw}, []string{"keys", "list"},
			[]string{"revoke", raw}, []string{"store", "reseal"}, []string{"serve", "--addr", "127.0.0.1:0"})
	}
	refuses(mounted+"/new.db", []string{"init"}, []string{"mint", "--sub", "ada"})
	if files, err := os.ReadDir(under); err != nil || len(files) != 1 {
		t.Errorf("%v, %v: something was made there", files, err)
		wrong++
	}
	h.run("init", "--store", h.path("local.db"), "--seal-key-file", mounted+"/seal.key")
	h.run("mint", "--sub", "ada", "--store", h.path("local.db"), "--seal-key-file", mounted+"/seal.key")
	kvtest.Figure(t, "On a file system whose locks cannot be relied on no store is made, read or written",
		kvtest.Tried(asked, "commands"), kvtest.Never(wrong, "wrong answers"))
}

// mountFUSE mounts a directory once more by bindfs, until the end of the test.
func mountFUSE(t *testing.T, dir, at string) {
	t.Helper()
	fuse, err := os.OpenFile("/dev/fuse", os.O_RDWR, 0)
	if err != nil {
		t.Skipf("this kernel has no FUSE to mount: %v", err) // which nothing that can be installed changes
	}
	fuse.Close()
	c := exec.Command("bindfs", "-f", dir, at)
	var out bytes.Buffer
	c.Stdout, c.Stderr = &out, &out
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- c.Wait() }()
	t.Cleanup(func() {
		c.Process.Signal(syscall.SIGTERM) // it unmounts
		select {
		case <-ended:
		case <-time.After(10 * time.Second):
			unix.Unmount(at, unix.MNT_DETACH)
			c.Process.Kill()
		}
	})
	const magic = 0x65735546 // statfs(2)
	for range 1000 {
		var is unix.Statfs_t
		if err := unix.Statfs(at, &is); err == nil && is.Type == magic {
			return
		}
		select {
		case err := <-ended:
			ended <- err
			t.Logf("bindfs: %v\n%s", err, out.String())
			lacking(t, "leave to mount")
		case <-time.After(10 * time.Millisecond):
		}
	}
	t.Fatal("bindfs does not mount")
}
