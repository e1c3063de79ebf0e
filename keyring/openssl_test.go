package keyring_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"jotkit/keyring"
	"jotkit/token"
)

// peer is the path of a program that may be missing, unless JOTKIT_PEERS=require.
func peer(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err == nil {
		return path
	}
	if os.Getenv("JOTKIT_PEERS") == "require" {
		t.Fatalf("%s is required and not installed", name)
	}
	t.Skipf("%s is not installed", name)
	return ""
}

func run(t *testing.T, name string, args ...string) string {
	t.Helper()
	c := exec.CommandContext(t.Context(), name, args...)
	out, err := c.Output()
	if err != nil {
		t.Fatalf("%s %v: %v", name, args, err)
	}
	return string(out)
}

// TestOpenSSL reads keys made by openssl, and has openssl read keys written here.
func TestOpenSSL(t *testing.T) {
	openssl := peer(t, "openssl")
	for _, tt := range []struct {
		alg  string
		args []string
	}{
		{"RS256", []string{"genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"}},
		{"RS256", []string{"genrsa", "-traditional", "2048"}},
		{"ES256", []string{"ecparam", "-genkey", "-name", "prime256v1"}},
		{"ES384", []string{"genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384"}},
		{"ES512", []string{"ecparam", "-genkey", "-name", "secp521r1", "-noout"}},
		{"EdDSA", []string{"genpkey", "-algorithm", "ED25519"}},
	} {
		t.Run(tt.args[0]+" "+tt.alg, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "key.pem")
			text := run(t, openssl, tt.args...)
			if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			k := mustParse(t, text, keyring.ParseOptions{})[0]
			if k.Algorithm() != tt.alg || !k.CanSign() {
				t.Fatalf("read as %v", k)
			}
			public := mustParse(t, run(t, openssl, "pkey", "-in", file, "-pubout"), keyring.ParseOptions{})[0]
			cert := mustParse(t, run(t, openssl, "req", "-x509", "-new", "-key", file, "-subj", "/CN=x"), keyring.ParseOptions{})[0]
			if !same(t, public, k.Public()) || !same(t, cert, k.Public()) {
				t.Error("openssl's public key or certificate is for another key")
			}
			checkWritten(t, openssl, k, public)
		})
	}
}

// checkWritten has openssl turn our PEM of a private key into its public one.
func checkWritten(t *testing.T, openssl string, k, public *token.Key) {
	t.Helper()
	ours := filepath.Join(t.TempDir(), "ours.pem")
	if err := os.WriteFile(ours, []byte(pemOf(t, k, true)), 0o600); err != nil {
		t.Fatal(err)
	}
	again := mustParse(t, run(t, openssl, "pkey", "-in", ours, "-pubout"), keyring.ParseOptions{})[0]
	if !same(t, again, public) {
		t.Error("openssl reads another key from what was written")
	}
}

// TestSSHKeygen reads keys made by ssh-keygen.
func TestSSHKeygen(t *testing.T) {
	keygen := peer(t, "ssh-keygen")
	for _, tt := range []struct{ kind, bits, alg string }{
		{"rsa", "2048", "RS256"}, {"ecdsa", "256", "ES256"}, {"ecdsa", "521", "ES512"}, {"ed25519", "256", "EdDSA"},
	} {
		t.Run(tt.alg, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "id")
			run(t, keygen, "-q", "-t", tt.kind, "-b", tt.bits, "-N", "", "-f", file)
			private, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			public, err := os.ReadFile(file + ".pub")
			if err != nil {
				t.Fatal(err)
			}
			k := mustParse(t, string(private), keyring.ParseOptions{})[0]
			if k.Algorithm() != tt.alg || !k.CanSign() {
				t.Errorf("read as %v", k)
			}
			if p := mustParse(t, string(public), keyring.ParseOptions{})[0]; !same(t, p, k.Public()) {
				t.Error("the public file is for another key")
			}
		})
	}
}
