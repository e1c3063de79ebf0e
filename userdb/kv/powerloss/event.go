package powerloss

// An inode is a file or a directory, under whatever names. The directory that is recorded is inode 0.
type inode int

// A kind is what an event does.
type kind int

const (
	writeTo  kind = iota // data at an offset of a file
	truncate             // a file to a size
	syncIt               // a file, or a directory with its names
	link                 // a name for an inode, which may be new, in a directory
	unlink               // a name
	rename               // a name to another in the same directory
	output               // data to stdout
)

// An Event is one thing that a program did.
type Event struct {
	kind     kind
	of       inode  // what is written, synced, named; for names the directory is in
	in       inode  // the directory of a name
	isDir    bool   // what is linked is a directory
	name, to string // to: the new name of a rename
	at       int64  // offset or size
	data     []byte
}

// Output is what the program wrote to stdout, nil for another event.
func (e Event) Output() []byte {
	if e.kind == output {
		return e.data
	}
	return nil
}

// Synced tells whether something was brought to the disk.
func (e Event) Synced() bool { return e.kind == syncIt }
