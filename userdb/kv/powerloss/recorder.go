package powerloss

import (
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// traced are the calls that change files or tell what a descriptor is of. Those without a model are asked for so that
// they are noticed.
const traced = "open,openat,creat,close,dup,dup2,dup3,write,pwrite64,writev,pwritev,pwritev2,copy_file_range,sendfile," +
	"fsync,fdatasync,sync_file_range,ftruncate,truncate,fallocate,rename,renameat,renameat2,link,linkat,symlink,symlinkat," +
	"unlink,unlinkat,mkdir,mkdirat,rmdir,lseek,flock,mmap"

// A Recorder records what programs do below one directory. They run one after the other.
type Recorder struct {
	root   string
	log    string
	start  Files
	events []Event
	steps  []Step          // of the program that was taken last
	live   map[inode]*node // the tree as the programs see it
}

// NewRecorder takes what is below root now for being on the disk. log is the path of a file outside of root, for strace.
func NewRecorder(root, log string) (*Recorder, error) {
	root, err := filepath.EvalSymlinks(root)
	if err != nil {
		return nil, err
	}
	r := &Recorder{root: root, log: log}
	if r.start, err = Read(root); err != nil {
		return nil, err
	}
	r.live = r.Disk().nodes
	return r, nil
}

// Disk is the disk before the first event.
func (r *Recorder) Disk() *Disk {
	d := &Disk{map[inode]*node{}}
	d.node(0, true)
	paths := map[string]inode{".": 0}
	for i, path := range slices.Sorted(maps.Keys(r.start)) { // a directory before what is in it
		paths[path] = inode(i + 1)
		n := d.node(inode(i+1), r.start[path] == nil)
		n.safe = r.start[path]
		d.nodes[paths[filepath.Dir(path)]].names[filepath.Base(path)] = inode(i + 1)
	}
	return d
}

// Events are what has been recorded.
func (r *Recorder) Events() []Event { return r.events }

// Under has c run under strace, with more options for it, such as -e inject=….
func (r *Recorder) Under(c *exec.Cmd, options ...string) *exec.Cmd {
	strace, err := exec.LookPath("strace")
	if err != nil {
		c.Err = err
	}
	args := []string{"strace", "-f", "-qq", "-xx", "-s", "16777216", "-e", "signal=none", "-e", "trace=" + traced, "-o", r.log}
	c.Args = append(append(append(args, options...), "--", c.Path), c.Args[1:]...)
	c.Path = strace
	return c
}

// Take reads what the program that c ran has done. It has ended by now.
func (r *Recorder) Take(c *exec.Cmd) error {
	text, err := os.ReadFile(r.log)
	if err != nil {
		return err
	}
	dir := c.Dir
	if dir == "" {
		if dir, err = os.Getwd(); err != nil {
			return err
		}
	}
	p := &process{r: r, dir: dir, open: map[string]*opened{}, begun: map[string]string{}, count: map[[2]string]int{}}
	r.steps = nil
	for line := range strings.Lines(string(text)) {
		if err := p.line(strings.TrimRight(line, "\n")); err != nil {
			return fmt.Errorf("%w: %.200s", err, line)
		}
	}
	return nil
}
