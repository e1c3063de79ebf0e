//go:build etcd

package etcd_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"

	"jotkit/userdb/kv"
	"jotkit/userdb/kv/etcd"
	"jotkit/userdb/kv/etcd/etcdtest"
)

// TestPasswords: a cluster that asks for a name and a password gives those of one prefix that prefix, and nobody else.
func TestPasswords(t *testing.T) {
	c := own(t, etcdtest.Setup{})
	o := c.options(t)
	cl := c.behind(t)
	do := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"root", "jotkit"} {
		_, err := cl.UserAdd(t.Context(), name, "good")
		do(err)
		_, err = cl.RoleAdd(t.Context(), name)
		do(err)
		_, err = cl.UserGrantRole(t.Context(), name, name)
		do(err)
	}
	own := o.Prefix + "/"
	_, err := cl.RoleGrantPermission(t.Context(), "jotkit", own, clientv3.GetPrefixRangeEnd(own), clientv3.PermissionType(clientv3.PermReadWrite))
	do(err)
	_, err = cl.AuthEnable(t.Context())
	do(err)

	none := func(kv.View) error { return nil }
	if err := open(t, o).View(t.Context(), none); !errors.Is(err, etcd.ErrAccess) || !errors.Is(err, kv.ErrUnavailable) {
		t.Errorf("without a name: %v", err)
	}
	wrong := o
	wrong.Username, wrong.Password = "jotkit", "bad"
	if err := open(t, wrong).View(t.Context(), none); !errors.Is(err, etcd.ErrAccess) {
		t.Errorf("with a wrong password: %v", err)
	}
	o.Username, o.Password = "jotkit", "good"
	s := create(t, o, nil)
	follow(t, s, "here")
	rev := announce(t, s, "ring")
	if got, err := s.Rev(); err != nil || got != rev {
		t.Errorf("revision %d, want %d, %v", got, rev, err)
	}
	elsewhere := o
	elsewhere.Prefix += "x"
	if err := etcd.Create(t.Context(), elsewhere, nil); !errors.Is(err, etcd.ErrAccess) {
		t.Errorf("under another prefix: %v", err)
	}
}

// An issuer signs certificates for 127.0.0.1.
type issuer struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	pool *x509.CertPool
}

func newIssuer(t *testing.T) *issuer {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	form := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "issuer"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), KeyUsage: x509.KeyUsageCertSign}
	der, err := x509.CreateCertificate(rand.Reader, form, form, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	i := &issuer{key: key, pool: x509.NewCertPool()}
	if i.cert, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	i.pool.AddCert(i.cert)
	return i
}

// issue returns a certificate, as it is used and as its two files.
func (i *issuer) issue(t *testing.T, name string) (pair tls.Certificate, cert, key []byte) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	form := &x509.Certificate{SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: name}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}}
	der, err := x509.CreateCertificate(rand.Reader, form, i.cert, private.Public(), i.key)
	if err != nil {
		t.Fatal(err)
	}
	inner, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	cert = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	key = pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: inner})
	if pair, err = tls.X509KeyPair(cert, key); err != nil {
		t.Fatal(err)
	}
	return pair, cert, key
}

// TestCertificates: with certificates both sides know each other, and without them nobody is let in.
func TestCertificates(t *testing.T) {
	i, other := newIssuer(t), newIssuer(t)
	client, _, _ := i.issue(t, "jotkit")
	stranger, _, _ := other.issue(t, "stranger")
	_, cert, key := i.issue(t, "etcd")
	dir := t.TempDir()
	file := func(name string, text []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, bytes.Clone(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	issuers := file("ca.pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: i.cert.Raw}))
	good := &tls.Config{RootCAs: i.pool, Certificates: []tls.Certificate{client}}
	c := own(t, etcdtest.Setup{TLS: true, Flags: []string{"--cert-file", file("cert.pem", cert), "--key-file", file("key.pem", key),
		"--trusted-ca-file", issuers, "--client-cert-auth"}})
	o := c.options(t)
	o.TLS = good
	s := create(t, o, nil)
	announce(t, s, "ring")
	o.Wait = time.Second
	for name, config := range map[string]*tls.Config{
		"no certificate":                 {RootCAs: i.pool},
		"a certificate of another":       {RootCAs: i.pool, Certificates: []tls.Certificate{stranger}},
		"members of an unknown issuer":   {RootCAs: other.pool, Certificates: []tls.Certificate{client}},
		"no TLS where there is to be it": nil,
	} {
		o.TLS = config
		err := open(t, o).View(t.Context(), func(kv.View) error { return nil })
		if !errors.Is(err, kv.ErrUnreachable) {
			t.Errorf("%s: %v", name, err)
		}
		// Whether a member says why before it hangs up is chance.
		if sure := config != nil && config.RootCAs == other.pool; errors.Is(err, etcd.ErrTLS) != sure && (sure || config == nil) {
			t.Errorf("%s: it is ErrTLS: %t: %v", name, !sure, err)
		}
		t.Logf("%s: %v", name, err)
	}
}
