package powerloss

import (
	"encoding/hex"
	"errors"
	"path/filepath"
	"strconv"
	"strings"
)

// A process is a program whose calls are read.
type process struct {
	r     *Recorder
	dir   string
	open  map[string]*opened // by descriptor
	begun map[string]string  // calls that have not ended, by thread
	count map[[2]string]int  // calls that were begun, by thread and name
}

// opened is a file or directory below the root that is open.
type opened struct {
	of inode
	at int64 // where the next write goes
}

var errNoModel = errors.New("a call that has no model")

// take reads one call, as strace writes it: name(argument, …) = result.
func (p *process) take(call string) error {
	name, rest, _ := strings.Cut(call, "(")
	i := strings.LastIndex(rest, ") ")
	if i < 0 {
		return nil
	}
	_, result, _ := strings.Cut(rest[i:], "= ")
	result, _, _ = strings.Cut(result, " ")
	if n, err := strconv.ParseInt(result, 0, 64); err != nil || n < 0 {
		return nil // it failed, or never was
	}
	return p.do(name, strings.Split(rest[:i], ", "), result)
}

func (p *process) do(name string, args []string, result string) error {
	switch name {
	case "openat":
		return p.openAt(args, result)
	case "close":
		delete(p.open, args[0])
		return nil
	case "write":
		return p.write(args[0], bytesOf(args[1]), result)
	case "renameat", "renameat2":
		return p.rename(p.path(args[0], args[1]), p.path(args[2], args[3]))
	case "rename":
		return p.rename(p.path("", args[0]), p.path("", args[1]))
	case "linkat":
		return p.link(p.path(args[0], args[1]), p.path(args[2], args[3]))
	case "link":
		return p.link(p.path("", args[0]), p.path("", args[1]))
	case "unlinkat":
		return p.unlink(p.path(args[0], args[1]))
	case "unlink", "rmdir":
		return p.unlink(p.path("", args[0]))
	case "mkdirat":
		return p.make(p.path(args[0], args[1]), true)
	case "mkdir":
		return p.make(p.path("", args[0]), true)
	}
	if p.names(name, args) {
		return errNoModel
	}
	return p.onOpen(name, args, result)
}

// onOpen is a call on a descriptor.
func (p *process) onOpen(name string, args []string, result string) error {
	f := p.open[args[0]]
	if f == nil && name == "copy_file_range" && p.open[args[2]] != nil {
		return errNoModel
	}
	if f == nil {
		return nil
	}
	n, err := strconv.ParseInt(result, 0, 64)
	switch name {
	case "fsync", "fdatasync":
		p.happen(Event{kind: syncIt, of: f.of, isDir: p.r.live[f.of].isDir})
	case "flock":
	case "lseek":
		f.at = n
	case "ftruncate":
		var size int64
		size, err = strconv.ParseInt(args[1], 0, 64)
		p.happen(Event{kind: truncate, of: f.of, at: size})
	case "pwrite64":
		var at int64
		at, err = strconv.ParseInt(args[3], 0, 64)
		p.happen(Event{kind: writeTo, of: f.of, at: at, data: bytesOf(args[1])[:n]})
	default:
		return errNoModel
	}
	return err
}

func (p *process) write(fd string, data []byte, result string) error {
	n, err := strconv.Atoi(result)
	if err != nil || n > len(data) {
		return errNoModel
	}
	switch f := p.open[fd]; {
	case f != nil:
		p.happen(Event{kind: writeTo, of: f.of, at: f.at, data: data[:n]})
		f.at += int64(n)
	case fd == "1":
		p.happen(Event{kind: output, data: data[:n]})
	}
	return nil
}

// openAt opens what is below the root, and makes it where that was asked for.
func (p *process) openAt(args []string, fd string) error {
	path := p.path(args[0], args[1])
	in, name, ours := p.place(path)
	if !ours {
		return nil
	}
	i, there := p.find(in, name)
	if !there && !strings.Contains(args[2], "O_CREAT") {
		return errors.New("a file that nobody has made")
	}
	if !there {
		if err := p.make(path, false); err != nil {
			return err
		}
		i, _ = p.find(in, name)
	} else if strings.Contains(args[2], "O_TRUNC") {
		p.happen(Event{kind: truncate, of: i})
	}
	if strings.Contains(args[2], "O_APPEND") {
		return errNoModel
	}
	p.open[fd] = &opened{of: i}
	return nil
}

// path is the absolute path of one that is relative to an open directory.
func (p *process) path(at, quoted string) string {
	path := string(bytesOf(quoted))
	switch f := p.open[at]; {
	case filepath.IsAbs(path):
		return filepath.Clean(path)
	case f != nil:
		return filepath.Join(p.r.root, p.r.pathOf(0, f.of), path)
	}
	return filepath.Join(p.dir, path)
}

// bytesOf reads a string with all its bytes in hexadecimal.
func bytesOf(quoted string) []byte {
	b, _ := hex.DecodeString(strings.ReplaceAll(strings.Trim(quoted, `"`), `\x`, ""))
	return b
}
