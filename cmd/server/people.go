package server

import (
	"net/http"

	"jotkit/cmd/authority"
)

// register adds a person with the role user.
func (s *Server) register(r *http.Request, p params) (*reply, error) {
	if s.NoRegistration {
		return nil, &failure{status: http.StatusForbidden, Code: "access_denied", Words: "registration is closed"}
	}
	name, password, err := credentials(p)
	if err != nil {
		return nil, err
	}
	user, err := s.acting(r).Register(r.Context(), name, password, nil)
	if err != nil {
		return nil, err
	}
	s.log(r, "registered", "user", user.Name)
	return &reply{status: http.StatusCreated, body: map[string]any{"username": user.Name, "roles": user.Roles}}, nil
}

// login opens a session. scope chooses among the scopes of the person. The audience is the store's: a stranger who has
// registered is not to get tokens for whatever else trusts this issuer.
func (s *Server) login(r *http.Request, p params) (*reply, error) {
	name, password, err := credentials(p)
	if err != nil {
		return nil, err
	}
	grant, err := s.acting(r).Login(r.Context(), authority.LoginRequest{
		Name: name, Password: password, Scopes: p.list("scope"), Session: true,
	})
	if err != nil {
		return nil, err
	}
	s.log(r, "logged in", "user", name)
	return ok(grant), nil
}

func credentials(p params) (name, password string, err error) {
	if name, err = p.need("username"); err != nil {
		return "", "", err
	}
	password, err = p.need("password")
	return name, password, err
}
