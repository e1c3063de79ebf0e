package cmd

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"jotkit/keyring"
	"jotkit/token"
)

// A probing is a key that a service trusts, for who probes it.
type probing struct {
	*inProcess
	key  *token.Key
	file string // of its private half
	pem  []byte // of its public half
}

func newProbing(t *testing.T, alg string) *probing {
	t.Helper()
	p := &probing{inProcess: newInProcess(t)}
	p.now = time.Now()
	key, err := keyring.Generate(alg)
	if err != nil {
		t.Fatal(err)
	}
	p.key, p.file = key, filepath.Join(p.dir, "k.jwk")
	private, err := keyring.MarshalJWK(key, true)
	if err == nil {
		err = os.WriteFile(p.file, private, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	if !key.Symmetric() {
		if p.pem, err = keyring.MarshalPEM(key.Public(), false); err != nil {
			t.Fatal(err)
		}
	}
	return p
}

// rows probes a service that answers like h, and returns the report.
func (p *probing) rows(status int, h http.Handler, args ...string) (rows []probeRow, stderr string) {
	p.t.Helper()
	s := httptest.NewServer(h)
	defer s.Close()
	args = append([]string{"probe", "--json", "--key", p.file, "--iss", "me", "--aud", "api", s.URL}, args...)
	out, stderr := p.run(status, "", args...)
	if out != "" {
		if err := json.Unmarshal([]byte(out), &rows); err != nil {
			p.t.Fatal(err)
		}
	}
	return rows, stderr
}

func letInNames(rows []probeRow) (names []string) {
	for _, r := range rows {
		if r.Verdict == letIn {
			names = append(names, r.Flaw)
		}
	}
	return names
}
