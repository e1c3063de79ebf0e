// Package scan finds tokens in text: in a log, a HAR, what curl -v wrote, JSON, cookies, URLs.
//
// A token is found by its own shape and by nothing around it: three parts of base64url with dots between, of which the
// first is a JSON object with an alg (RFC 7515), or five where that object has an enc as well (RFC 7516). Letters right
// in front of it, such as the n of an escaped line end or what is left of %22, do no harm; letters right behind it cannot
// be told from its last part. A token that breaks other rules is found too, with what is wrong with it.
//
// Not found are tokens over [token.MaxLength], those written in another way than in plain text (percent-encoded dots,
// bodies in base64), and the three dots that stand for one that was left out.
//
// Text of any length is read in constant memory. What is found is decoded and never verified.
package scan
