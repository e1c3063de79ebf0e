package powerloss

import (
	"path/filepath"
	"strings"
)

// happen records an event, and has it happen to the tree as the programs see it.
func (p *process) happen(e Event) {
	p.r.events = append(p.r.events, e)
	d := Disk{p.r.live}
	d.Apply(e)
	if e.kind == link || e.kind == unlink || e.kind == rename {
		d.Apply(Event{kind: syncIt, of: e.in, isDir: true}) // a program sees a name at once
	}
}

// place tells in which directory below the root a path is, and its name there.
func (p *process) place(path string) (in inode, name string, ours bool) {
	rel, err := filepath.Rel(p.r.root, path)
	if err != nil || rel == ".." || strings.HasPrefix(rel, "../") {
		return 0, "", false
	}
	if rel == "." {
		return 0, ".", true
	}
	parts := strings.Split(rel, "/")
	for _, part := range parts[:len(parts)-1] {
		i, there := p.find(in, part)
		if !there {
			return 0, "", false
		}
		in = i
	}
	return in, parts[len(parts)-1], true
}

func (p *process) find(in inode, name string) (i inode, there bool) {
	if name == "." {
		return in, true
	}
	i, there = p.r.live[in].names[name]
	return i, there
}

// pathOf is the path of a directory below the root, from one that it is in.
func (r *Recorder) pathOf(in, of inode) string {
	for name, i := range r.live[in].names {
		if i == of {
			return name
		}
		if n := r.live[i]; n.isDir {
			if below := r.pathOf(i, of); below != "" {
				return filepath.Join(name, below)
			}
		}
	}
	return ""
}

func (p *process) make(path string, isDir bool) error {
	in, name, ours := p.place(path)
	if ours {
		p.happen(Event{kind: link, of: inode(len(p.r.live)), in: in, name: name, isDir: isDir})
	}
	return nil
}

func (p *process) link(from, to string) error {
	in, name, ours := p.place(from)
	toIn, toName, toOurs := p.place(to)
	if !ours && !toOurs {
		return nil
	}
	i, there := p.find(in, name)
	if !ours || !toOurs || !there {
		return errNoModel
	}
	p.happen(Event{kind: link, of: i, in: toIn, name: toName})
	return nil
}

func (p *process) unlink(path string) error {
	if in, name, ours := p.place(path); ours {
		p.happen(Event{kind: unlink, in: in, name: name})
	}
	return nil
}

func (p *process) rename(from, to string) error {
	in, name, ours := p.place(from)
	toIn, toName, toOurs := p.place(to)
	if !ours && !toOurs {
		return nil
	}
	i, there := p.find(in, name)
	if !ours || !toOurs || in != toIn || !there {
		return errNoModel
	}
	p.happen(Event{kind: rename, of: i, in: in, name: name, to: toName})
	return nil
}
