package server

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"

	"jotkit/token"
)

// longestBody is the most that is read of a body.
const longestBody = 64 << 10

// params are the parameters of a request, each of which is there once.
type params map[string]string

// need returns a parameter that must be there.
func (p params) need(name string) (string, error) {
	value, there := p[name]
	if !there {
		return "", badRequest(name + " is missing")
	}
	return value, nil
}

// list returns a parameter whose words are parted by spaces.
func (p params) list(name string) []string {
	return strings.FieldsFunc(p[name], func(r rune) bool { return r == ' ' })
}

// readParams reads a body that is a JSON object or a form. Other members than strings are passed over, as parameters that
// are not known have to be (RFC 6749 section 3.2).
func readParams(w http.ResponseWriter, r *http.Request) (params, error) {
	if r.ContentLength > longestBody {
		w.Header().Set("Connection", "close") // or what is left of the body would have to be read
		return nil, tooLarge()
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, longestBody))
	if err != nil {
		if errors.As(err, new(*http.MaxBytesError)) {
			return nil, tooLarge()
		}
		return nil, badRequest("the body ends too early")
	}
	if len(body) == 0 {
		return params{}, nil
	}
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch {
	case err == nil && kind == "application/json":
		return jsonParams(body)
	case err == nil && kind == "application/x-www-form-urlencoded":
		return formParams(body)
	}
	return nil, &failure{status: http.StatusUnsupportedMediaType, Code: "invalid_request",
		Words: "the body has to be application/json or application/x-www-form-urlencoded"}
}

func tooLarge() error {
	return &failure{status: http.StatusRequestEntityTooLarge, Code: "invalid_request", Words: "the body is larger than 64 KiB"}
}

func jsonParams(body []byte) (params, error) {
	members, err := token.ParseObject(body)
	if err != nil {
		return nil, badRequest("the body is no JSON object, or one in which a name stands twice")
	}
	p := params{}
	for _, m := range members {
		var text string
		if len(m.Value) > 0 && m.Value[0] == '"' && json.Unmarshal(m.Value, &text) == nil {
			p[m.Name] = text
		}
	}
	return p, nil
}

func formParams(body []byte) (params, error) {
	if len(body) > 0 && body[0] == '{' {
		return nil, badRequest("the body looks like JSON and is sent as a form: say Content-Type: application/json")
	}
	values, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, badRequest("the body is no form")
	}
	p := params{}
	for name, list := range values {
		if len(list) > 1 {
			return nil, badRequest("a parameter stands twice")
		}
		p[name] = list[0]
	}
	return p, nil
}
