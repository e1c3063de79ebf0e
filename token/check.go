package token

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// A checkID is one of the checks that a verification makes, in the order in which they are reported.
type checkID int

const (
	checkShape checkID = iota
	checkHeader
	checkKey
	checkAlgorithm
	checkSignature
	checkPayload
	checkExp // the first that judges a claim
	checkNbf
	checkIat
	checkSub
	checkJti
	checkSid
	checkTyp
	checkIss
	checkAud
	checkRequire
	checkScope
	checkRole
	checkMaxAge
	checkMinLife // and the last
	checkRevocation
	allChecks int = iota
)

// An outcome is how a check came out: not made, skipped, passed, or failed for one of the reasons. Of those that failed the
// least is the worst.
type outcome uint8

const (
	notMade outcome = iota
	skipped
	passed
	failed // for the first of worstFirst, failed+1 for the second, and so on
)

func failedFor(r Reason) outcome { return failed + outcome(slices.Index(worstFirst, r)) }

// passedIf is passed, or failed for a reason.
func passedIf(ok bool, r Reason) outcome {
	if ok {
		return passed
	}
	return failedFor(r)
}

func (o outcome) reason() Reason {
	if o < failed {
		return ""
	}
	return worstFirst[o-failed]
}

func (o outcome) status() Status {
	switch {
	case o >= failed:
		return Fail
	case o == skipped:
		return Skip
	}
	return Pass
}

// A rule is what there is to a check beside its outcome. A verification judges; the words are made for who reads a report.
type rule struct {
	name string
	// judge is the check of a claim; nil for those that belong to a step of the verification.
	judge func(r *Report) outcome
	// words say what was expected, and what was got.
	words func(r *Report, o outcome) (expected, got string)
	// form is what RFC 7519 has the claim be, where it has to be something.
	form string
}

const (
	dateForm = "a number of seconds, 0 < x < 2^53"
	textForm = "a string"
)

var rules = [allChecks]rule{
	checkShape:      {name: "shape", words: shapeWords},
	checkHeader:     {name: "header", words: headerWords},
	checkKey:        {name: "key", words: keyWords},
	checkAlgorithm:  {name: "algorithm", words: algorithmWords},
	checkSignature:  {name: "signature", words: signatureWords},
	checkPayload:    {name: "payload", words: payloadWords},
	checkExp:        {name: "exp", judge: judgeExp, words: expWords, form: dateForm},
	checkNbf:        {name: "nbf", judge: judgeNbf, words: nbfWords, form: dateForm},
	checkIat:        {name: "iat", judge: judgeIat, words: iatWords, form: dateForm},
	checkSub:        {name: "sub", form: textForm},
	checkJti:        {name: "jti", form: textForm},
	checkSid:        {name: "sid", form: textForm},
	checkTyp:        {name: "typ", judge: judgeTyp, words: typWords},
	checkIss:        {name: "iss", judge: judgeIss, words: issWords, form: textForm},
	checkAud:        {name: "aud", judge: judgeAud, words: audWords, form: "a string or an array of strings"},
	checkRequire:    {judge: judgeRequire}, // one for each claim: see requireChecks
	checkScope:      {name: "scope", judge: judgeScope, words: scopeWords},
	checkRole:       {name: "role", judge: judgeRole, words: roleWords},
	checkMaxAge:     {name: "max_age", judge: judgeMaxAge, words: maxAgeWords},
	checkMinLife:    {name: "min_ttl", judge: judgeMinLife, words: minLifeWords},
	checkRevocation: {name: "revocation", words: revocationWords},
}

// claimCheck is the check of a claim by its name.
func claimCheck(name string) checkID {
	return checkID(slices.IndexFunc(rules[:], func(u rule) bool { return u.name == name }))
}

// judge holds the claims of a genuine token against the clock and the expectations. Every check is made, so that a report
// names everything that is wrong at once.
func (r *Report) judge() {
	for id := checkExp; id <= checkMinLife; id++ {
		if judge := rules[id].judge; judge != nil && r.outcomes[id] == notMade {
			r.set(id, judge(r))
		}
	}
}

func shapeWords(r *Report, o outcome) (expected, got string) {
	if o != passed {
		return "three base64url parts", r.cause.Error()
	}
	return "", "three parts, " + strconv.Itoa(r.length) + " bytes"
}

func headerWords(r *Report, o outcome) (expected, got string) {
	switch {
	case o == passed:
		return "", "typ " + orNone(r.claims.Header.Type)
	case r.cause != nil:
		return "a JSON object with alg", r.cause.Error()
	}
	return "no extension that must be understood", r.claims.Header.extension
}

func keyWords(r *Report, o outcome) (expected, got string) {
	switch {
	case o != passed:
		return "a key that is known here", "kid " + orNone(r.claims.Header.KeyID)
	case r.key.ID() == "":
		return "", "the only key"
	}
	return "", r.key.ID()
}

func algorithmWords(r *Report, _ outcome) (expected, got string) {
	if r.key == nil { // it was not asked for, there being none
		return "a signature", r.claims.Header.Algorithm
	}
	return r.key.Algorithm(), r.claims.Header.Algorithm
}

func signatureWords(_ *Report, o outcome) (expected, got string) {
	if o != passed {
		return "a signature by this key over these bytes", "another"
	}
	return "", "good"
}

func payloadWords(r *Report, o outcome) (expected, got string) {
	if o != passed {
		return "a JSON object of claims", r.cause.Error()
	}
	return "", fmt.Sprintf("%d claims", len(r.claims.members()))
}

func revocationWords(r *Report, o outcome) (expected, got string) {
	switch {
	case o == skipped:
		return "not asked", ""
	case o == passed:
		return "", "not revoked"
	case r.cause != nil:
		return "a record of that time", r.cause.Error()
	}
	return "not revoked", "the " + r.revokedBy + " was revoked"
}

// malformedWords are those of a claim that has not the form it must have.
func (r *Report) malformedWords(u rule) (expected, got string) {
	value, _ := r.claims.Get(u.name)
	return u.form, abridged(value)
}

func orNone(s string) string {
	if s == "" {
		return "absent"
	}
	return s
}

func anyOf(list []string) string { return strings.Join(list, " or ") }
