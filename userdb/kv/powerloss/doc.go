// Package powerloss says what a disk may hold when the power goes in the middle of a run. It is for tests.
//
// A [Recorder] runs programs under strace and keeps what they do to the files below one directory: creations, writes,
// changes of size, names, and syncs; what they write to stdout is kept among it, so that it is known what had been said to
// be done at which point. A [Disk] is given these events one by one, up to the moment at which the power goes, and makes
// the trees of files that may be found afterwards.
//
// What is assumed of the disk and the file system:
//   - a sync that has returned is true: what had been written to that file, and its size, is on the disk. A sync of a
//     directory does the same for the names in it, and a sync of a file does not bring its name to the disk;
//   - what has not been synced is there or not, each page of 4 KiB on its own and in any of the versions that it has had
//     since, also each sector of 512 bytes on its own; so is the size of the file; bytes that are in the size and were not
//     written are zeros;
//   - each change of a name is there or not, on its own; a rename in one directory is there whole or not at all.
//
// Stores to a shared mapping are no system calls and not seen: who asks has to know about those.
package powerloss
