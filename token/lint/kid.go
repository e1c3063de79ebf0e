package lint

import "strings"

// longestKid is twice a SHA-512 thumbprint in hex; a kid has no more to say.
const longestKid = 256

// oddKid says what a kid looks like that is not a name alone, or "". A slash may be base64, and two dashes base64url.
func oddKid(kid string) string {
	lower := strings.ToLower(kid)
	switch {
	case kid == "":
		return ""
	case len(kid) > longestKid:
		return "it is over 256 bytes long"
	case strings.ContainsFunc(kid, func(r rune) bool { return r < ' ' || r == 0x7f }):
		return "it has control characters"
	case strings.Contains(kid, "://"):
		return "it is a URL"
	case strings.HasPrefix(kid, "/") && strings.Count(kid, "/") > 1, strings.Contains(kid, `\`),
		strings.Contains(kid, "../"), strings.HasPrefix(kid, "./"):
		return "it is a path"
	case strings.ContainsAny(kid, `'"`), strings.Contains(kid, ";"), strings.Contains(lower, "union select"),
		strings.HasSuffix(kid, " --"), strings.Contains(kid, "/*"):
		return "it has characters of SQL"
	case strings.ContainsAny(kid, "|`$<>"):
		return "it has characters of a shell or of HTML"
	}
	for _, ending := range []string{".pem", ".key", ".crt", ".der", ".json", ".jwk"} {
		if strings.HasSuffix(lower, ending) {
			return "it is a file name"
		}
	}
	return ""
}
