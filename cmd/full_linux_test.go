package cmd

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"syscall"
	"testing"

	"jotkit/userdb/kv/kvtest"
)

// TestFileSizeLimit has each command that changes something run where files can grow to a certain size alone (ulimit -f),
// from none at all up to a little more than it needs. It does all or nothing and says so, and is not ended by the signal.
func TestFileSizeLimit(t *testing.T) {
	total := eachOf(t, growing(), (*stepped).limited)
	kvtest.Figure(t, "A command that finds the disk full has done nothing, says so, and the store is whole",
		kvtest.Tried(total.faults, "limits of the size of files"), kvtest.Tried(total.done, "that were enough"),
		kvtest.Never(total.lost, "acknowledged changes lost"), kvtest.Never(total.half, "half changes or stores that do not open"))
}

// growing are the changes, and one that has the file of the store grow.
func growing() []change {
	var scopes strings.Builder
	for i := range 700 {
		fmt.Fprintf(&scopes, " --scope scope-number-%040d", i)
	}
	return append(changes[:len(changes):len(changes)], change{"roles set big" + scopes.String(), 0})
}

// limited runs the command under one limit after the other, in units of 512 bytes.
func (s *stepped) limited(t *testing.T) {
	f := s.f.again(t, s.from)
	s.before = f.mustSee()
	if out, err := f.command(s.args...).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	s.after, s.names = f.mustSee(), f.files()
	most, stride := 0, 1
	for _, content := range s.names {
		most = max(most, len(content)/512+8)
	}
	if !long() {
		stride = 1 + most/6
	}
	for limit := rand.IntN(stride); limit < most+stride; limit += stride {
		f := s.f.again(t, s.from)
		c := f.command(s.args...)
		c.Path, c.Args = "/bin/sh", append([]string{"sh", "-c", fmt.Sprintf(`ulimit -f %d; exec "$0" "$@"`, limit), c.Path}, c.Args[1:]...)
		s.fault(t, f, c)
		if c.ProcessState.ExitCode() < 0 {
			t.Errorf("it was ended by a signal: %v", c.ProcessState)
		}
		if t.Failed() {
			t.Fatalf("with a limit of %d·512 bytes", limit)
		}
	}
}

// TestFullDisk fills the disk under a server that runs. What was acknowledged can be read, tokens are verified, and what is
// to be written is refused at once, by the command line and over HTTP. When there is room again, all goes on.
func TestFullDisk(t *testing.T) {
	h := newHome(t)
	mount(t, "tmpfs", h.dir, "tmpfs", 0, "size=2m")
	h.write("pass", testPassword+"\n")
	d := newDaemon(h)
	d.run("register", "ada", "--password-file", "pass")
	raw := d.mints("ada", 2)
	d.becomes("a good token", raw[0], 200)
	d.fillDisk()

	var acknowledged []string
	refused := 0
	for i := 0; refused < 5 && i < 500; i++ {
		id := fmt.Sprintf("lost-%d", i)
		if d.revokes(id) {
			acknowledged = append(acknowledged, id)
		} else {
			refused++
		}
	}
	if refused == 0 {
		t.Fatal("the disk is not full")
	}
	logins := 0
	for range 3 {
		if got := d.login("ada").status; got != 503 && got != 500 {
			t.Errorf("login on a full disk: %d", got)
		}
		logins++
	}
	verified := 0
	for _, token := range raw {
		d.run("verify", token, "--aud", d.url)
		if got := d.status(token); got != 200 {
			t.Errorf("/protected on a full disk: %d", got)
		}
		verified += 2
	}
	lost := 0
	there := d.run("revocations", "list")
	for _, id := range acknowledged {
		if !strings.Contains(there, id) {
			lost++
		}
	}
	d.run("audit", "verify")

	if err := os.Remove(d.path("filler")); err != nil {
		t.Fatal(err)
	}
	d.run("revoke", raw[0])
	if got := d.status(raw[0]); got != 401 {
		t.Errorf("/protected for a token that was revoked when there was room again: %d", got)
	}
	if got := d.login("ada").status; got != 200 {
		t.Errorf("login when there was room again: %d", got)
	}
	d.run("audit", "verify")
	d.end()
	kvtest.Figure(t, "On a full disk verification goes on, and what is to be written is refused; with room again all goes on",
		kvtest.Tried(refused+logins, "writes refused"), kvtest.Tried(verified, "tokens verified meanwhile"),
		kvtest.Never(lost, "acknowledged revocations lost"))
}

// fillDisk writes a file until there is no room left.
func (d *daemon) fillDisk() {
	d.t.Helper()
	f, err := os.Create(d.path("filler"))
	if err != nil {
		d.t.Fatal(err)
	}
	defer f.Close()
	for block := make([]byte, 4096); err == nil; {
		_, err = f.Write(block)
	}
	if !errors.Is(err, syscall.ENOSPC) {
		d.t.Fatal(err)
	}
}

// revokes tells whether a revocation was acknowledged. One that was not says why, and nothing on stdout.
func (d *daemon) revokes(id string) bool {
	d.t.Helper()
	var out, errs strings.Builder
	c := d.command("revoke", "--jti", id)
	c.Stdout, c.Stderr = &out, &errs
	c.Run()
	status := c.ProcessState.ExitCode()
	if status == 0 {
		return true
	}
	if status != 1 && status != 3 || out.Len() > 0 || !strings.Contains(errs.String(), "no space left on device") {
		d.t.Errorf("revoke on a full disk: %d, %q, %q", status, out.String(), errs.String())
	}
	return false
}

// mount mounts a file system for the test, which only root can.
func mount(t *testing.T, source, target, kind string, flags uintptr, data string) {
	t.Helper()
	if os.Geteuid() != 0 {
		lacking(t, "root, who can mount")
	}
	if err := syscall.Mount(source, target, kind, flags, data); err != nil {
		lacking(t, fmt.Sprintf("mounts: %v", err))
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(target, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
}
