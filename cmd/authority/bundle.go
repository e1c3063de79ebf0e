package authority

import (
	"context"
	"errors"
	"fmt"
	"time"

	"jotkit/keyring"
	"jotkit/token"
	"jotkit/userdb"
)

// MaxBundle is the most that OpenBundle reads, in bytes: room for nearly ten million revocations.
const MaxBundle = 256 << 20

const (
	// DefaultBundleTTL is how long a bundle is good where nobody says.
	DefaultBundleTTL = 24 * time.Hour
	// MaxBundleTTL is the longest that a bundle may be good. Who opens one does not hear of what was revoked since.
	MaxBundleTTL = 7 * 24 * time.Hour
)

var (
	// ErrBundle comes back for what is no bundle, or one that is not as it was made.
	ErrBundle = errors.New("not a sound bundle")
	// ErrBundleStale comes back for a bundle that is older than asked for, or past its own end.
	ErrBundleStale = errors.New("stale bundle")
	// ErrBundleSigner comes back for a bundle that somebody else made than was asked for.
	ErrBundleSigner = errors.New("bundle of another signer")
	// ErrBundleKey comes back from a store whose active key is a secret: only who could make a bundle could check it.
	ErrBundleKey = fmt.Errorf("no bundle can be signed: %w", keyring.ErrNoPublicForm)
	// ErrBundleTTL comes back for a bundle that is to be good for no time, or longer than MaxBundleTTL.
	ErrBundleTTL = errors.New("life of a bundle refused")
)

// A Bundle is what a verdict needs, as a store had it at one moment: its public keys, its issuer and audiences, and
// its deny list. With it tokens are verified where no store is and no server can be asked, and revocation is honoured.
//
// Its file is text. The first line is a token of the type bundle+jwt, signed with the store's active key, with the
// claims iss, iat, exp, jti and sha256: the SHA-256 of all that follows that line, in base64url. What follows is one
// JSON object, see bundleBody. The keys are in the bundle, so the signature shows that it is whole, and not that the
// right one made it: that is for who names the file to know, or for [Trust] to pin.
//
// A bundle holds no secret of the store. Who has it can find out whether an id or name that they guess was revoked,
// when, and how long that is kept; and how many entries there are.
type Bundle struct {
	ID        string // jti
	Issuer    string
	Audience  []string
	IssuedAt  time.Time
	ExpiresAt time.Time
	Signer    string       // RFC 7638 thumbprint of the key that signed it
	Keys      []*token.Key // of which tokens may be good
	Revoked   []*token.Key // still known, so that a token of theirs is told to be revoked
	all       byName
	denied    *userdb.DenyList
}

// Good are the keys by which a signature may be good, for who asks about nothing else: none that is revoked.
func (b *Bundle) Good() (token.KeySource, error) { return newByName(b.Keys) }

// Denied is how many entries its deny list has.
func (b *Bundle) Denied() int { return b.denied.Len() }

// Trust says what a bundle must be beyond whole. The zero value asks only that it is not past its own end.
type Trust struct {
	Signers []string      // thumbprints: any one will do, none is not asked
	MaxAge  time.Duration // since it was made; 0 is not asked
	Leeway  time.Duration // for a clock that is behind the one of who made it
}

// byName finds keys as the ring of a store does: a token that does not name its key has none, even where there is but one.
type byName struct{ keys *token.KeySet }

func newByName(keys []*token.Key) (byName, error) {
	set, err := token.NewKeySet(keys...)
	return byName{set}, err
}

// Key is the Key of token.KeySource.
func (n byName) Key(ctx context.Context, kid string) (*token.Key, error) {
	if kid == "" {
		return nil, token.ErrUnknownKey
	}
	return n.keys.Key(ctx, kid)
}
