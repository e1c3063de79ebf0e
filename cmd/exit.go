package cmd

import (
	"errors"

	"jotkit/cmd/authority"
	"jotkit/keyring"
	"jotkit/keyring/remote"
	"jotkit/token"
	"jotkit/token/flaw"
	"jotkit/token/jwe"
	"jotkit/userdb"
	"jotkit/userdb/audit"
	"jotkit/userdb/kv"
	"jotkit/userdb/kv/etcd"
)

// An exit is one way in which a command ends. Scripts depend on status and name.
type exit struct {
	Status int
	Name   string
	When   string
	errors []error // that end this way
}

const (
	exitOK          = 0
	exitFailure     = 1
	exitInterrupted = 130 // as a shell has it for a program that Ctrl-C ended
)

var (
	// errAbsent comes back when a token has no such field.
	errAbsent = errors.New("no such field")
	// errDeclined comes back when the person says no.
	errDeclined = errors.New("cancelled")
	// errExposed comes back for a file with a secret that others can read.
	errExposed = errors.New("others can read it")
	// errNotOwn comes back for a seal key file that is somebody else's, or no file.
	errNotOwn = errors.New("no seal key is taken from there")
	// errKeyFile comes back for a key file that cannot be read or used.
	errKeyFile = errors.New("key file not usable")
	// errBundleFile comes back for the file of a bundle that cannot be read.
	errBundleFile = errors.New("bundle not usable")
	// errAuditBroken comes back when the audit is not as it was written.
	errAuditBroken = errors.New("audit broken")
	// errFileExists comes back for a file that is not to be overwritten.
	errFileExists = errors.New("file exists already")
	// errStoreExists comes back from init where a store is already.
	errStoreExists = kv.ErrExists
)

// exits is the table of all ways to end. The exit status, the JSON error, the help topic and the README come from it.
var exits = []exit{
	{exitOK, "ok", "done, or the token is good", nil},
	{exitFailure, "failure", "unforeseen, or reading and writing failed", nil},
	{2, "usage", "bad command, flag or argument", []error{
		errUsage, authority.ErrSetting, token.ErrExpect, token.ErrDraft, keyring.ErrAmbiguous, audit.ErrOnce,
		flaw.ErrUnknownKind, flaw.ErrImpossible, flaw.ErrNotGood,
		userdb.ErrName, userdb.ErrRole, userdb.ErrScope, userdb.ErrReason, userdb.ErrHash, userdb.ErrDenyID, etcd.ErrURL,
	}},
	{3, "store_unavailable", "store missing, busy past the deadline, out of reach, damaged, of a newer schema, rolled back", []error{
		kv.ErrUnavailable, keyring.ErrRing, errAuditBroken, errStoreFaults,
	}},
	{4, "login_refused", "wrong name or password, disabled, slowed down", []error{authority.ErrLoginRefused}},
	{5, "not_found", "no such user, role, session, key, revocation, field or token", []error{
		errAbsent, errNoToken, kv.ErrNotFound, userdb.ErrNoUser, userdb.ErrNoSession, userdb.ErrNoRole, userdb.ErrNoRevocation, keyring.ErrNoKey,
	}},
	{6, "conflict", "exists already, or lost a race", []error{
		errStoreExists, errNoBackupThere, authority.ErrConflict, userdb.ErrUserExists, keyring.ErrExists, keyring.ErrClock,
		audit.ErrMoved, errFileExists,
	}},
	{7, "refused_by_policy", "too long a life, a weak key or password, a file others can read, plain HTTP off loopback, findings of lint, warnings of store check", []error{
		errFindings, errPlainHTTP, authority.ErrPolicy, userdb.ErrPasswordPolicy, token.ErrWeakKey, keyring.ErrNoPublicForm, errExposed, errNotOwn, errWeakPassphrase,
		authority.ErrBundleTTL, errNotOwned, errStoreWarnings,
	}},
	{8, "cancelled", "the person said no (130 on Ctrl-C)", []error{errDeclined}},
	{9, "keys_unavailable", "a key file, JWKS, issuer or bundle that is missing, unreachable, refused, too large, stale or not what it says", []error{
		errKeyFile, keyring.ErrNotAKey, keyring.ErrUnsupported, keyring.ErrSet,
		remote.ErrKept, remote.ErrAddress, remote.ErrIssuer, remote.ErrNotKept, remote.ErrUnavailable,
		token.ErrKeyMismatch, token.ErrKeySet, token.ErrCannotSign, token.ErrUnknownAlgorithm,
		errBundleFile, authority.ErrBundle, authority.ErrBundleStale, authority.ErrBundleSigner,
		jwe.ErrKey, jwe.ErrNoPrivate, errBackupKey,
	}},
	{10, "malformed", "not a token of this kind", []error{token.Malformed, userdb.ErrRefreshToken}},
	{11, "bad_signature", "signature wrong or key unknown", []error{token.BadSignature, userdb.ErrRefreshMAC}},
	{12, "expired", "exp has passed, or the session is over", []error{token.Expired, userdb.ErrSessionOver}},
	{13, "not_yet_valid", "nbf or iat in the future", []error{token.NotYetValid}},
	{14, "claim_mismatch", "iss, aud, typ, scope, role, required claim or age not as expected, or a bad token let in", []error{
		token.ClaimMismatch, errLetIn,
	}},
	{15, "revoked", "token, session, user or key revoked, or a refresh token used twice", []error{token.Revoked}},
	{16, "algorithm_refused", "none, not the key's algorithm, or a key too weak to verify with", []error{token.AlgorithmRefused}},
	{17, "too_little_life", "less life left than --min-ttl asks for", []error{token.TooLittleLife}},
}
