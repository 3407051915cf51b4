package sse_test

import (
	"bufio"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sideband-go/sideband/sse"
)

// http2 opens streams on one HTTP/2 connection without TLS.
func http2(s *site) *http.Transport {
	protocols := new(http.Protocols)
	protocols.SetUnencryptedHTTP2(true)
	return &http.Transport{Protocols: protocols, DialContext: s.pipes.DialContext}
}

func open2(t *testing.T, s *site, tr *http.Transport) (*http.Response, *bufio.Reader, *sse.Stream) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://test/?stream=x", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Last-Event-ID", "abc")
	resp, err := tr.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	if resp.ProtoMajor != 2 || resp.StatusCode != http.StatusOK {
		t.Fatalf("%s %s", resp.Proto, resp.Status)
	}
	body := bufio.NewReader(resp.Body)
	if got := readEvent(body); got != "id: 0\n" {
		t.Fatalf("first event %q", got)
	}
	return resp, body, <-s.opened
}

func TestHTTP2StreamsOutliveTheWriteDeadline(t *testing.T) {
	bubble(t, sse.Config{Heartbeat: time.Hour, WriteTimeout: time.Second}, func(t *testing.T, s *site) {
		tr := http2(s)
		resp, body, st := open2(t, s, tr)
		for range 3 {
			time.Sleep(time.Minute)
			if !st.Send("1", []byte("x")) {
				t.Fatal("refused")
			}
			if got := readEvent(body); got != "id: 1\ndata: x\n" {
				t.Fatalf("got %q", got)
			}
		}
		st.Finish([]byte("bye"))
		if got := readEvent(body); got != "data: bye\n" {
			t.Errorf("last message %q", got)
		}
		if got := readEvent(body); got != "" {
			t.Errorf("after it %q", got)
		}
		if err := <-s.ended; err != nil {
			t.Error(err)
		}
		st.Close()
		resp.Body.Close()
		tr.CloseIdleConnections()
	})
}

func TestAnHTTP2ClientThatNeverReadsIsDroppedAlone(t *testing.T) {
	bubble(t, sse.Config{Heartbeat: time.Hour, MaxPendingBytes: 8 << 20}, func(t *testing.T, s *site) {
		tr := http2(s)
		stalled, _, st := open2(t, s, tr)
		quick, body, other := open2(t, s, tr)
		if !st.Send("1", []byte(strings.Repeat("x", 6<<20))) { // more than any window
			t.Fatal("refused")
		}
		synctest.Wait()
		other.Send("1", []byte("x"))
		if got := readEvent(body); got != "id: 1\ndata: x\n" {
			t.Fatalf("the other stream of the connection got %q", got)
		}
		if err := <-s.ended; err == nil {
			t.Error("no error")
		}
		<-st.Done()
		other.Send("2", []byte("y"))
		if got := readEvent(body); got != "id: 2\ndata: y\n" {
			t.Errorf("afterwards the other got %q", got)
		}
		other.Close()
		if err := <-s.ended; err != nil {
			t.Error(err)
		}
		stalled.Body.Close()
		quick.Body.Close()
		tr.CloseIdleConnections()
	})
}

func TestHTTP2CloseDropsAStalledClientAtOnce(t *testing.T) {
	bubble(t, sse.Config{Heartbeat: time.Hour, MaxPendingBytes: 8 << 20}, func(t *testing.T, s *site) {
		tr := http2(s)
		resp, _, st := open2(t, s, tr)
		st.Send("1", []byte(strings.Repeat("x", 6<<20)))
		synctest.Wait()
		began := time.Now()
		st.Close()
		if err := <-s.ended; err != nil {
			t.Error(err)
		}
		if waited := time.Since(began); waited > 0 {
			t.Errorf("dropped after %v", waited)
		}
		resp.Body.Close()
		tr.CloseIdleConnections()
	})
}
