package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// certificate writes one for this machine into files, and returns who trusts it.
func certificate(t *testing.T) (cert, key string, trust *x509.CertPool) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{
		SerialNumber: big.NewInt(1),
		NotAfter:     time.Now().Add(time.Hour),
		IPAddresses:  []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	der, err := x509.CreateCertificate(rand.Reader, c, c, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	pkcs, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	write := func(name, kind string, bytes []byte) string {
		file := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: bytes}), 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	trust = x509.NewCertPool()
	trust.AddCert(parsed)
	return write("cert.pem", "CERTIFICATE", der), write("key.pem", "PRIVATE KEY", pkcs), trust
}

func protocols(set ...func(*http.Protocols, bool)) *http.Protocols {
	p := &http.Protocols{}
	for _, s := range set {
		s(p, true)
	}
	return p
}

func TestAPageIsLiveOverEachProtocol(t *testing.T) {
	cert, key, trust := certificate(t)
	for name, c := range map[string]struct {
		args      []string
		protocols *http.Protocols
		proto     string
	}{
		"HTTP/1.1":                  {nil, protocols((*http.Protocols).SetHTTP1), "HTTP/1.1"},
		"HTTP/2 without encryption": {nil, protocols((*http.Protocols).SetUnencryptedHTTP2), "HTTP/2.0"},
		"HTTP/2 with a certificate": {[]string{"-cert", cert, "-key", key}, protocols((*http.Protocols).SetHTTP2), "HTTP/2.0"},
		"HTTP/1.1 with one":         {[]string{"-cert", cert, "-key", key}, protocols((*http.Protocols).SetHTTP1), "HTTP/1.1"},
	} {
		t.Run(name, func(t *testing.T) {
			d := start(t, append([]string{"-addr", "127.0.0.1:0"}, c.args...)...)
			p := open(t, d.url, &http.Transport{Protocols: c.protocols, TLSClientConfig: &tls.Config{RootCAs: trust}})
			p.add("Count: 1")
			p.add("Count: 2")
			res, err := p.client.Head(p.url)
			if err != nil || res.Proto != c.proto {
				t.Errorf("the demo speaks %s (%v)", res.Proto, err)
			}
			d.end(t)
		})
	}
}
