package server

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"jotkit/cmd/authority"
)

// cacheFor lets verifiers keep the keys for five minutes: the next key is among them before its first token, and a key
// that was revoked is gone after that.
const cacheFor = "public, max-age=300"

// jwks answers with the public keys (RFC 7517).
func (s *Server) jwks(r *http.Request) ([]byte, error) {
	known, err := s.Live.Known(r.Context())
	if err != nil {
		return nil, err
	}
	return known.Ring.Export(s.Live.Now(), false)
}

// metadata answers for both RFC 8414 and OpenID Connect Discovery. No authorization endpoint is in it, for there is none:
// people log in here directly.
func (s *Server) metadata(r *http.Request) ([]byte, error) {
	known, err := s.Live.Known(r.Context())
	if err != nil {
		return nil, err
	}
	issuer := known.Settings.Issuer
	if u, err := url.Parse(issuer); err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return nil, &failure{status: http.StatusNotFound, Code: "not_found",
			Words: "the issuer of this store is no URL, so there is nothing to discover"}
	}
	at := func(path string) string { return strings.TrimSuffix(issuer, "/") + path }
	methods := []string{"client_secret_basic", "client_secret_post"}
	return json.Marshal(map[string]any{
		"issuer":                                        issuer,
		"jwks_uri":                                      at("/.well-known/jwks.json"),
		"token_endpoint":                                at("/refresh"),
		"token_endpoint_auth_methods_supported":         []string{"none"},
		"grant_types_supported":                         []string{"refresh_token"},
		"response_types_supported":                      []string{},
		"subject_types_supported":                       []string{"public"},
		"id_token_signing_alg_values_supported":         s.algorithms(known),
		"introspection_endpoint":                        at("/introspect"),
		"introspection_endpoint_auth_methods_supported": methods,
		"revocation_endpoint":                           at("/revoke"),
		"revocation_endpoint_auth_methods_supported":    methods,
	})
}

// algorithms are those of the keys that can be known.
func (s *Server) algorithms(known authority.Known) []string {
	list := []string{}
	for _, k := range known.Ring.PublicSet(s.Live.Now()) {
		list = append(list, k.Algorithm())
	}
	slices.Sort(list)
	return slices.Compact(list)
}
