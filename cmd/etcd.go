//go:build etcd

package cmd

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/spf13/pflag"

	"jotkit/keyring"
	"jotkit/userdb/kv"
	"jotkit/userdb/kv/etcd"
)

// clusterFlags are the flags for clusters.
type clusterFlags struct{ cacert, cert, key string }

func (c *clusterFlags) bind(f *pflag.FlagSet) {
	f.Var(nonEmpty{&c.cacert}, "etcd-cacert", "who vouches for etcd is in the file `F`")
	f.Var(nonEmpty{&c.cert}, "etcd-cert", "show etcd the certificate in the file `F`")
	f.Var(nonEmpty{&c.key}, "etcd-key", "the private key of that certificate, in the file `F`")
}

// bindNode binds the flag of serve.
func (o *serveOptions) bindNode(f *pflag.FlagSet) {
	f.Var(nonEmpty{&o.node}, "node", "be called `NAME` among those that share a store in etcd")
}

const clusterTopic = `
  JOTKIT_ETCD_CACERT, JOTKIT_ETCD_CERT, JOTKIT_ETCD_KEY
                         as --etcd-cacert, --etcd-cert, --etcd-key
  JOTKIT_ETCD_USER       the user of etcd, where it asks for one
  JOTKIT_ETCD_PASSWORD_FILE
                         the file with the password of that user
  JOTKIT_NODE            what this machine is called among those
                         that share a store; else its host name
`

const clusterFilesTopic = `
A store in etcd has no file here: --store etcd://H:2379,H:2379/P
names hosts and a prefix of keys. Its seal key is on each machine.
serve hears of what others do as soon as etcd tells, and answers
503 where it has heard nothing of etcd for two seconds.
`

// leastWait is what the way to other machines takes, also where --wait is 0s.
const leastWait = time.Second

// An etcdStore is a cluster of etcd.
type etcdStore struct {
	*etcd.Store
	o etcd.Options
}

func (s etcdStore) create(ctx context.Context, fill func(kv.Tx) error) error {
	return etcd.Create(ctx, s.o, fill)
}

// newCluster reads what it takes to connect.
func (e *env) newCluster(ctx context.Context, endpoints []string, prefix string) (cluster, error) {
	secure, err := e.etcdTLS(ctx)
	if err != nil {
		return nil, err
	}
	if secure == nil {
		if err := onlyHere(endpoints); err != nil {
			return nil, err
		}
	}
	password, err := e.etcdPassword(ctx)
	if err != nil {
		return nil, err
	}
	o := etcd.Options{
		Endpoints: endpoints, Prefix: prefix, TLS: secure, Wait: max(e.wait, leastWait),
		Username: e.getenv("JOTKIT_ETCD_USER"), Password: password,
	}
	o.Waiting = func(why error) { e.note("%v; trying for %s in all", why, formatDuration(o.Wait)) }
	return etcdStore{etcd.New(o), o}, nil
}

// onlyHere refuses other machines. What lies in etcd is sealed, but who sits in between could keep a revocation back.
func onlyHere(endpoints []string) error {
	for _, at := range endpoints {
		if host, _, _ := net.SplitHostPort(at); !isLoopback(host) {
			return &hintedError{
				fmt.Errorf("%w: etcd at %q is not this machine", errPlainHTTP, at),
				"have etcd speak TLS, and name who vouches for it with --etcd-cacert F",
			}
		}
	}
	return nil
}

// etcdTLS is nil where nothing was said of TLS.
func (e *env) etcdTLS(ctx context.Context) (*tls.Config, error) {
	issuers := cmp.Or(e.cluster.cacert, e.getenv("JOTKIT_ETCD_CACERT"))
	cert, key := cmp.Or(e.cluster.cert, e.getenv("JOTKIT_ETCD_CERT")), cmp.Or(e.cluster.key, e.getenv("JOTKIT_ETCD_KEY"))
	if issuers == "" && cert == "" && key == "" {
		return nil, nil
	}
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if (cert == "") != (key == "") {
		return nil, usagef("name both, or neither", "--etcd-cert and --etcd-key go together")
	}
	if cert != "" {
		pair, err := e.etcdCertificate(ctx, cert, key)
		if err != nil {
			return nil, err
		}
		config.Certificates = []tls.Certificate{pair}
	}
	if issuers != "" {
		text, _, err := e.readKeyFile(ctx, issuers, keyring.MaxLength)
		if err != nil {
			return nil, err
		}
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM(text) {
			return nil, fmt.Errorf("%w: %q holds no certificate", errKeyFile, issuers)
		}
	}
	return config, nil
}

// etcdCertificate reads a certificate and its private key, which others must not be able to read.
func (e *env) etcdCertificate(ctx context.Context, certFile, keyFile string) (tls.Certificate, error) {
	cert, _, err := e.readKeyFile(ctx, certFile, keyring.MaxLength)
	if err != nil {
		return tls.Certificate{}, err
	}
	key, info, err := e.readKeyFile(ctx, keyFile, keyring.MaxLength)
	if err == nil {
		err = checkPrivate(keyFile, info)
	}
	if err != nil {
		return tls.Certificate{}, err
	}
	pair, err := tls.X509KeyPair(cert, key)
	if err != nil {
		err = fmt.Errorf("%w: %q and %q: %w", errKeyFile, certFile, keyFile, err)
	}
	return pair, err
}

// etcdPassword is that of the user of etcd, or "". Other programs can read variables, so it is in a file.
func (e *env) etcdPassword(ctx context.Context) (string, error) {
	name := e.getenv("JOTKIT_ETCD_PASSWORD_FILE")
	if name == "" {
		return "", nil
	}
	text, info, err := e.readKeyFile(ctx, name, maxSecret)
	if err == nil {
		err = checkPrivate(name, info)
	}
	return string(bytes.TrimRight(text, "\r\n")), err
}

// clusterHint is the way out of what goes wrong with etcd alone, or "".
func clusterHint(err error) string {
	switch {
	case errors.Is(err, etcd.ErrAccess):
		return "name its user with JOTKIT_ETCD_USER and JOTKIT_ETCD_PASSWORD_FILE; the user may read and write under the prefix of the store"
	case errors.Is(err, etcd.ErrUnknown):
		return "see whether it has happened, as with jotkit audit, before you say it again"
	case errors.Is(err, etcd.ErrTooLarge):
		return "have the members of etcd take more at once: --max-request-bytes"
	}
	return ""
}
