package cmd

import (
	"errors"
	"slices"

	"jotkit/cmd/authority"
	"jotkit/keyring"
	"jotkit/keyring/remote"
	"jotkit/token"
	"jotkit/token/flaw"
	"jotkit/token/jwe"
	"jotkit/userdb"
	"jotkit/userdb/audit"
	"jotkit/userdb/kv"
	"jotkit/userdb/kv/bolt"
	"jotkit/userdb/kv/etcd"
)

const noExpHint = "a token without exp would be good for ever: have its maker set one"

var errInterrupted = errors.New("interrupted")

// hints say what to do next, by the error. The first that fits is shown.
var hints = []struct {
	err  error
	hint string
}{
	{kv.ErrBusy, "try again, or wait longer with --wait 1m"},
	{errPassphrase, "try again; nothing opens a key whose passphrase is lost, but a copy of the key without one does"},
	{errWeakPassphrase, "take six words picked by chance, or more"},
	{kv.ErrSealKey, "name the seal key of this store with --seal-key-file"},
	{bolt.ErrCompanion, "the store may well be whole: stop serve, move the file with .lock behind its name aside, and see what jotkit audit verify says"},
	{kv.ErrUnfinished, "jotkit store copy, from where it was begun, goes on with it"},
	{etcd.ErrTLS, "name who vouches for etcd with --etcd-cacert, and with --etcd-cert and --etcd-key a certificate that it takes; " +
		"openssl x509 -noout -text -in F tells for whom one is, and until when"},
	{kv.ErrUnreachable, "is etcd running there, with most of its members, and is nothing in between? Does it ask for TLS, " +
		"and for a certificate (--etcd-cert)? etcdctl endpoint health asks them"},
	{kv.ErrStale, "has this machine lost its way to etcd? It goes on by itself when it hears of it again"},
	{kv.ErrDamaged, "put back a backup of the store; nothing was overwritten"},
	{etcd.ErrRestored, "what was revoked since is good again: revoke it once more, and start this process anew to go on with it"},
	{kv.ErrRolledBack, "this is an old copy of the store: what was revoked since would be good again. Put back the newest one. " +
		"If this is the newest there is, make a copy of it, and have jotkit store restore --accept-rollback take that"},
	{kv.ErrSchema, "use the newer jotkit that made the store"},
	{kv.ErrUnsupported, "name a store on a local disk with --store"},
	{etcd.ErrURL, "such as etcd://10.0.0.1:2379,10.0.0.2:2379/jotkit"},
	{kv.ErrExists, "change its settings with jotkit settings set, or name another place with --store"},
	{errAuditBroken, "somebody may have written to the store or to an export: compare them with a backup"},
	{audit.ErrOnce, "write it to a file, and name that"},
	{audit.ErrMoved, "others have pruned meanwhile: try again"},
	{errFileExists, "it may hold the only copy of what was pruned: name a new file"},

	{authority.ErrLoginRefused, "check name and password; after several failures wait a little"},
	{userdb.ErrReason, "say it shorter"},
	{authority.ErrSetting, "jotkit settings shows them all with their values"},
	{errPlainHTTP, "add --tls-cert and --tls-key, or --tls-self-signed, or name the proxy in front with --behind-proxy CIDR"},
	{authority.ErrPolicy, "jotkit settings shows the limits, and jotkit settings set changes them"},
	{userdb.ErrPasswordPolicy, "take a longer passphrase; jotkit settings shows the least length"},
	{userdb.ErrNoSession, "jotkit sessions list shows those that are open"},
	{userdb.ErrNoUser, "jotkit users list shows who there is"},
	{userdb.ErrNoRole, "jotkit roles list shows the roles, and jotkit roles set makes one"},
	{userdb.ErrNoRevocation, "jotkit revocations list shows the IDs"},
	{userdb.ErrUserExists, "jotkit users passwd gives them another password"},
	{userdb.ErrName, "a name has letters and digits of one script, up to 64, and no spaces"},
	{remote.ErrAddress, "keys come over https, or over http from this machine itself; in a file they may come from anywhere"},
	{remote.ErrIssuer, "name the issuer exactly as it names itself, to the last slash, if that is the one you trust"},
	{remote.ErrKept, "if it may be old, use the copy with --offline"},
	{remote.ErrNotKept, "ask once without --offline, or give a file with --jwks"},
	{remote.ErrUnavailable, "is that the address of the keys? curl -v shows what it answers; a file with them goes with --jwks"},
	{keyring.ErrNoKey, "jotkit keys list shows the keys"},
	{keyring.ErrAmbiguous, "give more of the kid, or the version number"},
	{keyring.ErrClock, "set the clock of this machine; if it was ahead when the keys were made, jotkit keys revoke gets rid of them"},
	{authority.ErrBundleTTL, "make a new one more often"},
	{authority.ErrBundleKey, "jotkit rotate --alg ES256 --now has a key sign that others can check"},
	{authority.ErrBundleStale, "make a new one with jotkit bundle export"},
	{authority.ErrBundleSigner, "is it from where you think? After a rotation another key signs: jotkit keys list shows which"},
	{authority.ErrBundle, "make a new one with jotkit bundle export, and carry it over byte for byte"},
	{errBundleFile, "name a file that jotkit bundle export wrote"},
	{keyring.ErrNotAKey, "a file with keys is a JWK, a JWK Set, PEM, or of OpenSSH"},
	{keyring.ErrSet, "have its owner mend it, or take the key you mean out of it into a file of its own"},
	{keyring.ErrNoPublicForm, "with --private --reveal it is written whole, for you alone"},

	{userdb.ErrRefreshToken, "it begins with jkr_, and comes from login with --json or --refresh-file"},
	{userdb.ErrRefreshMAC, "name the store that it comes from with --store, or log in again"},
	{userdb.ErrSessionOver, "log in again"},
	{flaw.ErrImpossible, "jotkit mint --flaw all makes those that can be made of this token with this key"},
	{flaw.ErrNotGood, "all but the flaw has to be good: leave out what is wrong"},
	{errNotOwned, "if it is yours to test, name its host again with --i-own-this"},
	{errLetIn, "have the service check signature, alg, exp, iss and aud; jotkit mint --flaw list says what is wrong with each"},
	{token.ErrCannotSign, "give the file with the private key"},
	{jwe.ErrNoPrivate, "give the file with the private key"},
	{jwe.ErrKey, "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 makes one"},
	{token.ErrWeakKey, "make a stronger key; jotkit help security names the least sizes"},
	{token.Malformed, "a token is three parts of base64url with dots between: was it cut off, or is it something else?"},
	{token.BadSignature, "name the key of its issuer with --key or --issuer, or its store with --store"},
	{token.AlgorithmRefused, "the key decides about the algorithm, not the token; --alg names another for a key that does not say"},
	{token.Revoked, "log in again; jotkit revocations list says why, or jotkit audit after a logout"},
	{token.Expired, "log in again, or ask how it was with --at"},
	{token.NotYetValid, "compare the clocks, or allow for the difference with --leeway"},
	{token.TooLittleLife, "log in again for a fresh token"},
	{token.ClaimMismatch, "say what you expect with --iss, --aud, --typ and the like"},
	{errFindings, "jotkit lint --help tells what the rules are; --ignore leaves one out"},
	{errNoToken, "a token is three parts of base64url with dots between, up to 16 KiB; were they left out, or encoded once more?"},
	{errAbsent, "jotkit decode shows all fields"},
}

// A hinter is an error that knows the way out of itself.
type hinter interface {
	error
	hint() string
}

// A hintedError is an error with a way out of its own, where the table knows none or another one.
type hintedError struct {
	error
	way string
}

func (h *hintedError) Unwrap() error { return h.error }
func (h *hintedError) hint() string  { return h.way }

// hint is the way out of err, or "".
func (e *env) hint(err error) string {
	var knows hinter
	var refusal *token.Refusal
	switch {
	case errors.As(err, &knows):
		return knows.hint()
	case errors.Is(err, kv.ErrNoStore):
		return "make one with jotkit init, or name yours with --store"
	case errors.Is(err, token.ErrEncrypted):
		return "jotkit decrypt --key F opens it; pipe what comes out into jotkit verify"
	case errors.Is(err, remote.ErrUnavailable) && (errors.Is(err, keyring.ErrSet) || errors.Is(err, keyring.ErrNotAKey)):
		return "what is published there is no sound set of keys: have its owner mend it, or name another address"
	case errors.Is(err, token.ErrEmpty):
		return "nothing came in: is the variable empty, or did the command before the pipe fail?"
	case errors.Is(err, token.Malformed) && e.mistaken != "":
		return e.mistaken
	case errors.As(err, &refusal):
		return refusalHint(refusal.Report)
	}
	for _, h := range hints {
		if errors.Is(err, h.err) {
			return h.hint
		}
	}
	return clusterHint(err)
}

// refusalHint goes by the worst reason, and for claims by the check that failed.
func refusalHint(r *token.Report) string {
	worst := r.Reason()
	if worst == token.ClaimMismatch {
		for _, c := range r.Checks() {
			if hint := hintOfCheck(c); hint != "" {
				return hint
			}
		}
	}
	for _, h := range hints {
		if h.err == worst {
			return h.hint
		}
	}
	return ""
}

// hintOfCheck is the way out of a check of the claims that failed, or "".
func hintOfCheck(c token.Check) string {
	switch {
	case c.Name == "revocation" && c.Status == token.Skip && c.Got != "":
		return "whether it was revoked at that time is not on record any more: ask without --at"
	case c.Status != token.Fail:
		return ""
	case c.Name == "exp":
		return noExpHint
	case slices.Contains([]string{"iss", "aud", "typ"}, c.Name):
		return "if that is what you expect, say so with --" + c.Name
	}
	return "the token does not give what was asked for; jotkit decode shows what it gives"
}
