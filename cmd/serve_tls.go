package cmd

import (
	"context"
	"crypto/tls"
	"fmt"
	"log/slog"
	"net"

	"jotkit/cmd/server"
	"jotkit/keyring"
)

// tlsConfig is nil for plain HTTP.
func (e *env) tlsConfig(ctx context.Context, o serveOptions, log *slog.Logger) (*tls.Config, error) {
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	switch {
	case o.selfSigned:
		host, _, _ := net.SplitHostPort(o.addr)
		pair, fingerprint, err := server.SelfSigned(host, e.now())
		if err != nil {
			return nil, err
		}
		log.Info("made a certificate for this run", "sha256", fingerprint)
		config.Certificates = []tls.Certificate{*pair}
	case o.certFile != "":
		c, err := e.certificate(ctx, o, log)
		if err != nil {
			return nil, err
		}
		config.GetCertificate = c.Get
	default:
		return nil, nil
	}
	return config, nil
}

// certificate reads the certificate and its private key, which others must not be able to read.
func (e *env) certificate(ctx context.Context, o serveOptions, log *slog.Logger) (*server.Certificate, error) {
	_, info, err := e.readKeyFile(ctx, o.keyFile, keyring.MaxLength)
	if err != nil {
		return nil, err
	}
	if err := checkPrivate(o.keyFile, info); err != nil {
		return nil, err
	}
	c := &server.Certificate{CertFile: o.certFile, KeyFile: o.keyFile, Changed: func(err error) {
		if err != nil {
			log.Error("the certificate has changed and cannot be used: the old one stays", "cause", err.Error())
		} else {
			log.Info("the certificate has changed")
		}
	}}
	if err := c.Load(); err != nil {
		return nil, fmt.Errorf("%w: %w", errKeyFile, err)
	}
	return c, nil
}
