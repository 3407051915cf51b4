package sse_test

import (
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-chi/chi/v5/middleware"

	"github.com/sideband-go/sideband/sse"
)

// within wraps the site in middleware.
func within(s *site, around func(http.Handler) http.Handler) {
	s.http.Handler = around(s.http.Handler)
}

func TestMessagesAreNotCompressedTwice(t *testing.T) {
	for _, types := range [][]string{nil, {"text/event-stream"}} {
		inEachCoding(t, sse.Config{}, func(t *testing.T, s *site, coding string) {
			within(s, middleware.Compress(5, types...))
			c, conn := s.compressed(coding)
			data := strings.Repeat("a row ", 1000)
			conn.Send("1", []byte(data))
			if got := c.event(); got != "id: 1\ndata: "+data+"\n" {
				t.Errorf("%v: got %d bytes", types, len(got))
			}
			conn.Finish([]byte("bye"))
			if got, err := c.rest(); got != "data: bye\n\n" || err != nil || c.broken.err != nil {
				t.Errorf("%v: got %q, %v, %v", types, got, err, c.broken.err)
			}
			c.Close()
		})
	}
}

func TestChiCompressesConnectionsThatWeDoNot(t *testing.T) {
	for _, finish := range []bool{false, true} {
		bubble(t, sse.Config{NoCompression: true}, func(t *testing.T, s *site) {
			within(s, middleware.Compress(5, "text/event-stream"))
			c, conn := s.compressed("gzip")
			for _, data := range []string{"small", strings.Repeat("a row ", 1000)} {
				conn.Send("1", []byte(data))
				if got := c.event(); got != "id: 1\ndata: "+data+"\n" {
					t.Errorf("got %d bytes", len(got))
				}
			}
			synctest.Wait()
			if finish {
				conn.Finish([]byte("bye"))
				if got, err := c.rest(); got != "data: bye\n\n" || err != nil {
					t.Errorf("got %q, %v", got, err)
				}
			}
			c.Close()
			if !finish {
				s.gone()
			}
		})
	}
}

func TestTheContextEndsACompressedConnectionCleanly(t *testing.T) {
	inEachCoding(t, sse.Config{}, func(t *testing.T, s *site, coding string) {
		within(s, middleware.Timeout(time.Minute))
		c, _ := s.compressed(coding)
		want := strings.Repeat(": hb\n\n", 3)
		if got, err := c.rest(); !strings.HasPrefix(got, want) || err != nil || c.broken.err != nil {
			t.Errorf("got %q, %v, %v", got, err, c.broken.err)
		}
		if err := <-s.ended; err != nil {
			t.Error(err)
		}
		c.Close()
	})
}

func TestAResponseWithACodingIsNotCompressed(t *testing.T) {
	bubble(t, sse.Config{}, func(t *testing.T, s *site) {
		s.wrap = func(w http.ResponseWriter) http.ResponseWriter {
			w.Header().Set("Content-Encoding", "rot13") // and would write so
			return w
		}
		c := s.dial()
		resp := c.get("/", "Accept-Encoding: gzip, zstd")
		if got := resp.Header["Content-Encoding"]; len(got) != 1 || got[0] != "rot13" {
			t.Errorf("codings %q", got)
		}
		if got := c.event(); got != "id: 0\n" {
			t.Errorf("got %q", got)
		}
		(<-s.opened).Finish([]byte("bye"))
		if got, err := c.rest(); got != "data: bye\n\n" || err != nil {
			t.Errorf("got %q, %v", got, err)
		}
		c.Close()
	})
}
