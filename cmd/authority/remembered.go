package authority

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"sync"
	"time"

	"jotkit/userdb"
)

// Remembered keeps until a minute after its last use which password fitted which hash, so that a service that calls all
// the time does not pay for a hash each time, and goes on while strangers who guess at its name make that one wait. It
// keeps neither the passwords nor who may do what: that is read from the store each time.
type Remembered struct {
	key   []byte
	mu    sync.Mutex
	pairs map[[sha256.Size]byte]fitted
}

// fitted is the hash that a password fitted, and until when that is remembered.
type fitted struct {
	hash  string
	until time.Time
}

const (
	rememberFor    = time.Minute
	mostRemembered = 1000
)

// NewRemembered remembers nothing yet.
func NewRemembered() *Remembered {
	r := &Remembered{key: make([]byte, 32), pairs: map[[sha256.Size]byte]fitted{}}
	rand.Read(r.key) // never fails: it ends the program instead (crypto/rand)
	return r
}

func (r *Remembered) sum(name, password string) [sha256.Size]byte {
	mac := hmac.New(sha256.New, r.key)
	mac.Write([]byte(name + "\x00" + password)) // names of people hold no zero byte
	return [sha256.Size]byte(mac.Sum(nil))
}

func (r *Remembered) fits(user *userdb.User, password string, now time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	pair := r.sum(user.Name, password)
	f, known := r.pairs[pair]
	good := known && f.hash == user.Hash && now.Before(f.until)
	if good {
		r.pairs[pair] = fitted{f.hash, now.Add(rememberFor)}
	}
	return good
}

func (r *Remembered) add(user *userdb.User, password string, now time.Time) {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.pairs) >= mostRemembered {
		clear(r.pairs)
	}
	r.pairs[r.sum(user.Name, password)] = fitted{user.Hash, now.Add(rememberFor)}
}
