package server

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"math/big"
	"net"
	"os"
	"sync"
	"time"
)

// A Certificate is read from two files, and again when one of them has changed.
type Certificate struct {
	CertFile, KeyFile string
	// Changed is told how reading them again went; nil tells nobody. Where it failed the old one stays.
	Changed func(error)

	mu     sync.Mutex
	now    *tls.Certificate
	stamps [2]stamp
}

// A stamp tells whether a file has changed.
type stamp struct {
	time time.Time
	size int64
}

// Load reads the files for the first time.
func (c *Certificate) Load() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.load(c.stat())
}

func (c *Certificate) load(stamps [2]stamp) error {
	pair, err := tls.LoadX509KeyPair(c.CertFile, c.KeyFile)
	if err == nil {
		c.now = &pair
	}
	c.stamps = stamps
	return err
}

func (c *Certificate) stat() (stamps [2]stamp) {
	for i, name := range []string{c.CertFile, c.KeyFile} {
		if info, err := os.Stat(name); err == nil {
			stamps[i] = stamp{info.ModTime(), info.Size()}
		}
	}
	return stamps
}

// Get is for tls.Config.GetCertificate. It looks at the files at each handshake, which costs a hundred times that.
func (c *Certificate) Get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if stamps := c.stat(); stamps != c.stamps {
		err := c.load(stamps)
		if c.Changed != nil {
			c.Changed(err)
		}
	}
	return c.now, nil
}

// SelfSigned makes a certificate for a host and this machine, good for a year, and the SHA-256 fingerprint by which a
// person can know it.
func SelfSigned(host string, now time.Time) (pair *tls.Certificate, fingerprint string, err error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, "", err
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return nil, "", err
	}
	template := &x509.Certificate{
		SerialNumber: serial,
		Subject:      pkix.Name{CommonName: "jotkit"},
		NotBefore:    now.Add(-time.Hour), NotAfter: now.AddDate(1, 0, 0),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		DNSNames: []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback},
	}
	if ip := net.ParseIP(host); ip != nil {
		template.IPAddresses = append(template.IPAddresses, ip)
	} else if host != "" {
		template.DNSNames = append(template.DNSNames, host)
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, "", err
	}
	sum := sha256.Sum256(der)
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, hex.EncodeToString(sum[:]), nil
}
