package cmd

import (
	"bufio"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/user"
	"time"

	"jotkit/userdb"
)

// An env is all that commands know of the world around them. Every constructor gets the same one.
type env struct {
	in  io.Reader
	out *bufio.Writer // written out when the command has succeeded, so that a failure leaves stdout empty
	// errs is for messages, which never are part of the answer.
	errs   io.Writer
	term   terminal
	getenv func(string) string
	now    func() time.Time
	user   func() string // who runs the command, for the audit
	host   func() string // the name of this machine, for those that share a store
	hasher userdb.Hasher
	proxy  func(*http.Request) (*url.URL, error) // on the way to published keys
	tick   time.Duration                         // how often audit -f looks for new lines
	diskAt func(dir string) (disk, error)        // how much room there is
	// patience is how long published keys may take; 0 is the default of package remote.
	patience time.Duration
	// work is what scrypt costs where a passphrase is set, as a power of two; 0 is the usual.
	work int
	global

	members  []*member // the clusters that this command is connected to
	inTaken  bool      // stdin has been read by one of the inputs
	mistaken string    // the way out, should what was given for a token be none
}

// global are the flags that every command has.
type global struct {
	store, sealKey string
	sealPassphrase string
	json, quiet    bool
	noColor        bool
	noInput, yes   bool
	wait           time.Duration
	cluster        clusterFlags
}

// answerBuffer is how much of an answer is held back. What is longer is a stream, and goes out as it is made.
const answerBuffer = 1 << 20

// processEnv is the env of this process.
func processEnv() *env {
	return &env{
		in:     os.Stdin,
		out:    bufio.NewWriterSize(os.Stdout, answerBuffer),
		errs:   os.Stderr,
		term:   processTerminal(),
		getenv: os.Getenv,
		now:    time.Now,
		user:   processUser,
		host:   processHost,
		proxy:  http.ProxyFromEnvironment,
		tick:   time.Second,
		diskAt: diskAt,
	}
}

func processHost() string {
	name, err := os.Hostname()
	if err != nil {
		return "unknown"
	}
	return name
}

func processUser() string {
	u, err := user.Current()
	if err != nil {
		return "unknown"
	}
	return u.Username
}
