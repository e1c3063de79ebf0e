package remote

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"jotkit/keyring"
)

// A document is an answer with its time, as it is kept on disk. Times are UTC.
type document struct {
	URL     string    `json:"url"`
	Fetched time.Time `json:"fetched"`
	Until   time.Time `json:"until"`             // fresh up to then
	InVain  bool      `json:"in_vain,omitempty"` // it was asked for a kid that is not in it
	Body    []byte    `json:"body"`

	asked   bool // just now, and not a copy
	passing bool // the server does not want it kept
}

// fresh tells whether the document is within its time. A clock that was turned back makes it none.
func (d *document) fresh(now time.Time) bool { return !now.Before(d.Fetched) && now.Before(d.Until) }

// maxCopy bounds a copy in bytes: a body in base64, and what is said of it.
const maxCopy = keyring.MaxLength*4/3 + 8<<10

// place is the file for the copy of what is at a URL, or "" where none is kept. The name tells nothing and leads nowhere.
func (c *Client) place(url string) string {
	if c.CacheDir == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(url))
	return filepath.Join(c.CacheDir, hex.EncodeToString(sum[:])+".json")
}

// recall finds the copy of what is at a URL, or nil. One that is damaged, of another URL, not readable any more or open
// to others is as if it were not there.
func (c *Client) recall(u *url.URL, read func([]byte) error) *document {
	data, err := ownFile(c.place(u.String()), maxCopy)
	if err != nil {
		return nil
	}
	var d document
	if json.Unmarshal(data, &d) != nil || d.URL != u.String() || d.Fetched.IsZero() || d.Until.Sub(d.Fetched) > maxLife || read(d.Body) != nil {
		return nil
	}
	return &d
}

// ownFile reads a file that nobody else could have written.
func ownFile(name string, limit int64) ([]byte, error) {
	for _, part := range []string{filepath.Dir(name), name} {
		info, err := os.Lstat(part)
		switch {
		case err != nil:
			return nil, err
		case !ours(info) || part == name && !info.Mode().IsRegular():
			return nil, os.ErrPermission
		}
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, limit))
}

// keep puts a copy in the place of an older one, whole or not at all. That it cannot be kept costs a request the next
// time, and is no fault of the keys; where the server does not want it kept, the older one goes.
func (c *Client) keep(d *document) {
	name := c.place(d.URL)
	switch {
	case name == "":
		return
	case d.passing:
		if c.own() {
			os.Remove(name)
		}
		return
	}
	data, err := json.Marshal(d)
	if err != nil || os.MkdirAll(c.CacheDir, 0o700) != nil {
		return
	}
	if !c.own() {
		return
	}
	f, err := os.CreateTemp(c.CacheDir, ".jotkit-*") // 0600
	if err != nil {
		return
	}
	_, err = f.Write(data)
	if closing := f.Close(); err != nil || closing != nil || os.Rename(f.Name(), name) != nil {
		os.Remove(f.Name())
	}
	c.tidy()
}

// own tells whether the directory is the user's own. What is in another would not be read, and a link may lead anywhere:
// at times root has the home of somebody else.
func (c *Client) own() bool {
	info, err := os.Lstat(c.CacheDir)
	return err == nil && ours(info)
}

// maxCopies bounds the copies in the directory. An issuer says itself where its keys are, and may say another place each
// time that it is asked: nobody would look for the copies of the former ones again.
const maxCopies = 200

// tidy takes away the oldest copies where there are too many, and what a process that was killed left of one.
func (c *Client) tidy() {
	entries, err := os.ReadDir(c.CacheDir)
	if err != nil || len(entries) <= maxCopies {
		return
	}
	var copies []os.FileInfo
	for _, e := range entries {
		if info, err := e.Info(); err == nil && isCopy(e.Name()) {
			copies = append(copies, info)
		}
	}
	slices.SortFunc(copies, func(a, b os.FileInfo) int { return a.ModTime().Compare(b.ModTime()) })
	for _, old := range copies[:max(0, len(copies)-maxCopies)] {
		os.Remove(filepath.Join(c.CacheDir, old.Name()))
	}
}

// isCopy tells the names that place and keep give from those of other files, which are not ours to take away.
func isCopy(name string) bool {
	sum, isPlace := strings.CutSuffix(name, ".json")
	_, err := hex.DecodeString(sum)
	return isPlace && err == nil && len(sum) == 2*sha256.Size || strings.HasPrefix(name, ".jotkit-")
}
