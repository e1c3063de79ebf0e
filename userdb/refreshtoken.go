package userdb

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"jotkit/userdb/kv"
)

var (
	// ErrRefreshToken comes back for a text that has not the shape of a refresh token.
	ErrRefreshToken = errors.New("not a refresh token")
	// ErrRefreshMAC comes back for a refresh token that this store did not make.
	ErrRefreshMAC = errors.New("refresh token not made by this store")
)

const (
	refreshPrefix = "jkr_"
	longestID     = 64 // characters; ids have 26, and rand.Text may come to give more
	idAlphabet    = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
)

// IsRefreshToken tells whether a text means to be a refresh token. Whether it is one, [ParseRefreshToken] tells.
func IsRefreshToken(raw string) bool { return strings.HasPrefix(raw, refreshPrefix) }

// RefreshToken writes the refresh token of the session as it is now: jkr_ID.COUNTER.MAC. It is derived, so that nothing
// that could be used has to be stored, and a successor whose reply was lost can be given again.
func (s Session) RefreshToken(secrets kv.Secrets) (string, error) {
	return refreshToken(secrets, s.ID, s.Counter)
}

// ParseRefreshToken returns what a genuine refresh token says. Shape and MAC are checked with the refresh key alone, so
// that a stranger's guess costs no read. Errors are ErrRefreshToken and ErrRefreshMAC, and repeat nothing of raw.
func ParseRefreshToken(secrets kv.Secrets, raw string) (id string, counter uint64, err error) {
	if id, counter, err = refreshShape(raw); err != nil {
		return "", 0, err
	}
	genuine, err := refreshToken(secrets, id, counter)
	if err != nil {
		return "", 0, err
	}
	if !hmac.Equal([]byte(raw), []byte(genuine)) { // the whole text: base64 would decode more than one to the same MAC
		return "", 0, ErrRefreshMAC
	}
	return id, counter, nil
}

// refreshShape takes a refresh token apart, genuine or not.
func refreshShape(raw string) (id string, counter uint64, err error) {
	rest, ok := strings.CutPrefix(raw, refreshPrefix)
	if !ok {
		return "", 0, fmt.Errorf("%w: it does not begin with %s", ErrRefreshToken, refreshPrefix)
	}
	parts := strings.SplitN(rest, ".", 4)
	if len(parts) != 3 {
		return "", 0, fmt.Errorf("%w: it has not three parts", ErrRefreshToken)
	}
	id = parts[0]
	if id == "" || len(id) > longestID || strings.Trim(id, idAlphabet) != "" {
		return "", 0, fmt.Errorf("%w: its first part is no session", ErrRefreshToken)
	}
	counter, err = strconv.ParseUint(parts[1], 10, 64)
	if err != nil || strconv.FormatUint(counter, 10) != parts[1] {
		return "", 0, fmt.Errorf("%w: its second part is no number", ErrRefreshToken)
	}
	if len(parts[2]) != base64.RawURLEncoding.EncodedLen(sha256.Size) {
		return "", 0, fmt.Errorf("%w: it was cut off, or something was added", ErrRefreshToken)
	}
	return id, counter, nil
}

// refreshToken authenticates label ‖ 0 ‖ id ‖ 0 ‖ counter. Neither label nor id holds a zero byte, and the counter has
// eight bytes, so no two pairs give the same text. A missing key is an error: under an empty one anybody could write tokens.
func refreshToken(secrets kv.Secrets, id string, counter uint64) (string, error) {
	if len(secrets.Refresh) != 32 {
		return "", fmt.Errorf("%w: no refresh key of 32 bytes", kv.ErrDamaged)
	}
	mac := hmac.New(sha256.New, secrets.Refresh)
	mac.Write(binary.BigEndian.AppendUint64([]byte("refresh token\x00"+id+"\x00"), counter))
	sum := base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
	return refreshPrefix + id + "." + strconv.FormatUint(counter, 10) + "." + sum, nil
}
