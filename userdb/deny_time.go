package userdb

import (
	"math"
	"time"
)

// Forever is the last second that the deny list can name, 2106-02-07: an entry until then does not expire, and a cut at
// it ends whatever is ever issued. Later times count as this one.
var Forever = time.Unix(math.MaxUint32, 0).UTC()

// seconds returns t as the deny list keeps it. Times out of range go to the nearer end.
func seconds(t time.Time) uint32 {
	return uint32(min(max(t.Unix(), 0), math.MaxUint32))
}

// secondsUp rounds a part of a second up, so that no entry ends early.
func secondsUp(t time.Time) uint32 { return seconds(t.Add(time.Second - 1)) }

func atSecond(s uint32) time.Time { return time.Unix(int64(s), 0).UTC() }

// over tells whether a moment of the deny list has passed.
func over(until uint32, now time.Time) bool {
	return until != math.MaxUint32 && now.Unix() > int64(until)
}
