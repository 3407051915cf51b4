package sse_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"math/big"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sideband-go/sideband/sse"
)

// http2 is one HTTP/2 connection.
type http2 struct {
	*site
	transport *http.Transport
	address   string
}

// overHTTP2 runs f on a connection without TLS, and on one with it.
func overHTTP2(t *testing.T, config sse.Config, f func(*testing.T, *http2)) {
	t.Helper()
	for _, name := range []string{"h2c", "TLS"} {
		t.Run(name, func(t *testing.T) {
			bubble(t, config, func(t *testing.T, s *site) {
				protocols := new(http.Protocols)
				c := &http2{s, &http.Transport{Protocols: protocols, DialContext: s.pipes.DialContext, DisableCompression: true}, "http://test/"}
				if name == "TLS" {
					protocols.SetHTTP2(true)
					c.address = "https://test/"
					c.transport.DialTLSContext = s.dialTLS
				} else {
					protocols.SetUnencryptedHTTP2(true)
				}
				f(t, c)
				c.transport.CloseIdleConnections()
			})
		})
	}
}

func (s *site) dialTLS(ctx context.Context, _, _ string) (net.Conn, error) {
	ours, theirs := net.Pipe()
	s.pipes.conns <- tls.Server(theirs, &tls.Config{Certificates: []tls.Certificate{certificate(s.t)}, NextProtos: []string{"h2"}})
	c := tls.Client(ours, &tls.Config{InsecureSkipVerify: true, NextProtos: []string{"h2"}})
	return c, c.HandshakeContext(ctx)
}

func certificate(t testing.TB) tls.Certificate {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{"test"}, NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// open opens a connection in a coding and reads up to its first id.
func (c *http2) open(coding string) (*http.Response, *bufio.Reader, *sse.Connection) {
	t := c.t
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, c.address+"?stream=x", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Last-Event-ID", "abc")
	if coding != "" {
		r.Header.Set("Accept-Encoding", coding)
	}
	resp, err := c.transport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	if resp.ProtoMajor != 2 || resp.StatusCode != http.StatusOK || resp.Header.Get("Content-Encoding") != coding {
		t.Fatalf("%s %s, header %v", resp.Proto, resp.Status, resp.Header)
	}
	if isTLS := strings.HasPrefix(c.address, "https"); isTLS != (resp.TLS != nil) {
		t.Fatalf("TLS: %v", !isTLS)
	}
	body := decoded(t, coding, resp.Body)
	if got := readEvent(body); got != "id: 0\n" {
		t.Fatalf("first event %q", got)
	}
	return resp, body, <-c.opened
}

func TestHTTP2ConnectionsOutliveTheWriteDeadline(t *testing.T) {
	overHTTP2(t, sse.Config{Heartbeat: time.Hour, WriteTimeout: time.Second}, func(t *testing.T, c *http2) {
		resp, body, conn := c.open("")
		for range 3 {
			time.Sleep(time.Minute)
			if !conn.Send("1", []byte("x")) {
				t.Fatal("refused")
			}
			if got := readEvent(body); got != "id: 1\ndata: x\n" {
				t.Fatalf("got %q", got)
			}
		}
		conn.Finish([]byte("bye"))
		if got := readEvent(body); got != "data: bye\n" {
			t.Errorf("last message %q", got)
		}
		if got := readEvent(body); got != "" {
			t.Errorf("after it %q", got)
		}
		if err := <-c.ended; err != nil {
			t.Error(err)
		}
		conn.Close()
		resp.Body.Close()
	})
}

func TestHTTP2HeartbeatsAndMessagesInEachCoding(t *testing.T) {
	overHTTP2(t, sse.Config{}, func(t *testing.T, c *http2) {
		for _, coding := range []string{"", "zstd", "gzip"} {
			resp, body, conn := c.open(coding)
			large := strings.Repeat("0123456789", 100_000)
			for range 3 {
				if got := readEvent(body); got != ": hb\n" {
					t.Fatalf("%q: heartbeat %q", coding, got)
				}
				conn.Send("1", []byte(large))
				if got := readEvent(body); got != "id: 1\ndata: "+large+"\n" {
					t.Fatalf("%q: %d bytes", coding, len(got))
				}
			}
			conn.Finish([]byte("bye"))
			got := readEvent(body)
			if _, err := body.ReadByte(); got != "data: bye\n" || err == nil || err.Error() != "EOF" {
				t.Errorf("%q: last message %q, %v", coding, got, err)
			}
			if err := <-c.ended; err != nil {
				t.Error(err)
			}
			resp.Body.Close()
		}
	})
}

func TestHTTP2FinishNowDropsTheQueue(t *testing.T) {
	overHTTP2(t, sse.Config{Heartbeat: time.Hour, MaxPendingBytes: 8 << 20}, func(t *testing.T, c *http2) {
		resp, body, conn := c.open("")
		large := strings.Repeat("x", 6<<20) // more than any window
		conn.Send("1", []byte(large))
		synctest.Wait()
		conn.Send("2", []byte("secret"))
		conn.FinishNow([]byte("bye"))
		if got := readEvent(body); got != "id: 1\ndata: "+large+"\n" {
			t.Errorf("%d bytes of what was under way", len(got))
		}
		if got := readEvent(body); got != "data: bye\n" {
			t.Errorf("last message %q", got)
		}
		if got := readEvent(body); got != "" {
			t.Errorf("after it %q", got)
		}
		if err := <-c.ended; err != nil {
			t.Error(err)
		}
		resp.Body.Close()
	})
}

func TestAnHTTP2ClientThatNeverReadsIsDroppedAlone(t *testing.T) {
	overHTTP2(t, sse.Config{Heartbeat: time.Hour, MaxPendingBytes: 8 << 20}, func(t *testing.T, c *http2) {
		stalled, _, conn := c.open("")
		quick, body, other := c.open("")
		if !conn.Send("1", []byte(strings.Repeat("x", 6<<20))) { // more than any window
			t.Fatal("refused")
		}
		synctest.Wait()
		other.Send("1", []byte("x"))
		if got := readEvent(body); got != "id: 1\ndata: x\n" {
			t.Fatalf("the other stream of the connection got %q", got)
		}
		if err := <-c.ended; err == nil {
			t.Error("no error")
		}
		<-conn.Done()
		other.Send("2", []byte("y"))
		if got := readEvent(body); got != "id: 2\ndata: y\n" {
			t.Errorf("afterwards the other got %q", got)
		}
		other.Close()
		if err := <-c.ended; err != nil {
			t.Error(err)
		}
		stalled.Body.Close()
		quick.Body.Close()
	})
}

func TestHTTP2CloseDropsAnIdleAndAStalledClientAtOnce(t *testing.T) {
	for _, stalled := range []bool{false, true} {
		overHTTP2(t, sse.Config{Heartbeat: time.Hour, MaxPendingBytes: 8 << 20}, func(t *testing.T, c *http2) {
			resp, body, conn := c.open("")
			if stalled {
				conn.Send("1", bytes.Repeat([]byte("x"), 6<<20))
				synctest.Wait()
			}
			began := time.Now()
			conn.Close()
			if err := <-c.ended; err != nil {
				t.Error(err)
			}
			if waited := time.Since(began); waited > 0 {
				t.Errorf("stalled %v: dropped after %v", stalled, waited)
			}
			if _, err := body.WriteTo(new(bytes.Buffer)); err == nil {
				t.Errorf("stalled %v: the response ended as if complete", stalled)
			}
			resp.Body.Close()
		})
	}
}

func TestHTTP2ShutdownEndsEveryStreamOfAConnection(t *testing.T) {
	overHTTP2(t, sse.Config{WriteTimeout: time.Hour}, func(t *testing.T, c *http2) {
		idle, _, _ := c.open("gzip")
		leaving, body, conn := c.open("zstd")
		conn.Finish([]byte("bye"))
		if err := c.server.Shutdown(t.Context()); err != nil {
			t.Error(err)
		}
		if got := readEvent(body); got != "data: bye\n" {
			t.Errorf("last message %q", got)
		}
		if len(c.ended) != 2 {
			t.Errorf("%d of 2 connections have ended", len(c.ended))
		}
		idle.Body.Close()
		leaving.Body.Close()
	})
}
