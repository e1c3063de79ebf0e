package powerloss

import (
	"fmt"
	"strings"
)

// A Step is one call on something below the root: the N-th call of this name, from 1, that its thread makes.
type Step struct {
	Call string
	N    int
}

// Steps are those of the program that was taken last. A program that does all its work on one thread takes the same ones
// again.
func (r *Recorder) Steps() []Step { return r.steps }

// Inject is the option with which strace does something at the step, such as signal=KILL or error=EIO: the call is not made
// then.
func (s Step) Inject(what string) string {
	return fmt.Sprintf("--inject=%s:%s:when=%d", s.Call, what, s.N)
}

// CanFail tells whether the call can be made to fail in a way that it fails in: strace does not make the call then, and a
// descriptor would stay open or a lock be kept that no disk takes away. Memory is mapped by the runtime as well, by calls
// that are not the same ones in each run.
func (s Step) CanFail() bool { return s.Call != "close" && s.Call != "flock" && s.Call != "mmap" }

// line reads a line of strace: a call, or one of the two lines of a call in the middle of which another thread made one.
func (p *process) line(line string) error {
	thread, call, _ := strings.Cut(line, " ")
	call = strings.TrimLeft(call, " ")
	if call == "" || call[0] == '+' || call[0] == '-' {
		return nil
	}
	rest, resumed := strings.CutPrefix(call, "<... ")
	if !resumed {
		p.step(thread, call)
	}
	if begun, cut := strings.CutSuffix(call, " <unfinished ...>"); cut {
		p.begun[thread] = begun
		return nil
	}
	if resumed {
		_, rest, _ = strings.Cut(rest, " resumed>")
		call = p.begun[thread] + rest
	}
	return p.take(call)
}

// step counts the call, and keeps it if it is on something below the root.
func (p *process) step(thread, call string) {
	name, rest, _ := strings.Cut(call, "(")
	by := [2]string{thread, name}
	p.count[by]++
	if rest, _, _ = strings.Cut(rest, ") "); p.touches(name, strings.Split(rest, ", ")) {
		p.r.steps = append(p.r.steps, Step{name, p.count[by]})
	}
}

func (p *process) touches(name string, args []string) bool {
	switch {
	case p.names(name, args):
		return true
	case name == "mmap" && len(args) > 4:
		return p.open[args[4]] != nil
	}
	return p.open[args[0]] != nil
}

// names tells whether an argument is the path of something below the root. The text of a write is none.
func (p *process) names(name string, args []string) bool {
	if strings.Contains(name, "write") {
		return false
	}
	for i, arg := range args {
		at := "" // a path stands behind the directory that it is relative to, if there is one
		if i > 0 {
			at = args[i-1]
		}
		if !strings.HasPrefix(arg, `"`) {
			continue
		}
		if _, _, ours := p.place(p.path(at, arg)); ours {
			return true
		}
	}
	return false
}
