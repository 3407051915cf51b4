package sse_test

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sideband-go/sideband/sse"
)

func TestCompressedMessagesCanBeReadAtOnce(t *testing.T) {
	inEachCoding(t, sse.Config{}, func(t *testing.T, s *site, coding string) {
		c, conn := s.compressed(coding)
		check := func(name, data, want string) {
			t.Helper()
			if !conn.Send("5", []byte(data)) {
				t.Fatalf("%s: refused", name)
			}
			if got := c.event(); got != "id: 5\n"+want {
				t.Errorf("%s: got %d bytes instead of %d", name, len(got), len(want))
			}
		}
		for _, f := range framings {
			check(f.name, f.data, f.want)
		}
		for size := 230; size < 262; size++ { // about where compression begins
			data := strings.Repeat("<b>", 200)[:size]
			check(strconv.Itoa(size), data, "data: "+data+"\n")
		}
		for _, size := range []int{65_500, 65_536, 131_072, 300_000, 9 << 20} {
			data := strings.Repeat("0123456789abcde\n", size/16)
			check(strconv.Itoa(size), data, "data: "+strings.ReplaceAll(data, "\n", "\ndata: ")+"\n")
		}
		noise := incompressible(400_000)
		check("noise", noise, "data: "+noise+"\n")
		time.Sleep(15 * time.Second)
		if got := c.event(); got != ": hb\n" {
			t.Errorf("heartbeat: %q", got)
		}
		c.Close()
	})
}

// incompressible returns a text that compression makes longer, the same each time.
func incompressible(size int) string {
	noise := rand.NewChaCha8([32]byte{})
	b := make([]byte, size)
	_, _ = noise.Read(b)
	for i := range b {
		if b[i] == '\n' || b[i] == '\r' {
			b[i] = 'x'
		}
	}
	return string(b)
}

func TestTheEndOfACompressedConnection(t *testing.T) {
	ends := []struct {
		name string
		end  func(*sse.Connection)
		want string
		err  bool
	}{
		{"finish", func(conn *sse.Connection) { conn.Finish([]byte("bye")) }, "data: bye\n\n", false},
		{"finish without a message", func(conn *sse.Connection) { conn.Finish(nil) }, "", false},
		{"finish now", func(conn *sse.Connection) { conn.FinishNow([]byte("bye")) }, "data: bye\n\n", false},
		{"finish now without a message", func(conn *sse.Connection) { conn.FinishNow(nil) }, "", false},
		{"close", func(conn *sse.Connection) { conn.Close() }, "", true},
	}
	for _, e := range ends {
		t.Run(e.name, func(t *testing.T) {
			inEachCoding(t, sse.Config{}, func(t *testing.T, s *site, coding string) {
				c, conn := s.compressed(coding)
				conn.Send("1", bytes.Repeat([]byte("x"), 1000))
				c.event()
				synctest.Wait()
				e.end(conn)
				// For gzip this checks the checksum and the length, too.
				if rest, err := c.rest(); rest != e.want || (err != nil || c.broken.err != nil) != e.err {
					t.Errorf("%q, %v, %v", rest, err, c.broken.err)
				}
				if err := <-s.ended; err != nil {
					t.Error(err)
				}
				c.Close()
			})
		})
	}
}

func TestFinishOfACompressedConnectionLeavesTheHTTPConnectionUsable(t *testing.T) {
	inEachCoding(t, sse.Config{}, func(t *testing.T, s *site, coding string) {
		c := s.dial()
		for range 3 {
			resp := c.get("/", "Accept-Encoding: "+coding)
			conn := <-s.opened
			conn.Finish([]byte("bye"))
			body, err := io.ReadAll(decoded(t, coding, resp.Body))
			if string(body) != "id: 0\n\ndata: bye\n\n" || err != nil {
				t.Fatalf("got %q, %v", body, err)
			}
			_, _ = io.Copy(io.Discard, resp.Body) // the end of the response, after that of the coding
			s.gone()
			if err := get(c); err != nil {
				t.Errorf("next request: %v", err)
			}
		}
		c.Close()
	})
}

func TestQueuedMessagesAreCompressedOneByOne(t *testing.T) {
	inEachCoding(t, sse.Config{}, func(t *testing.T, s *site, coding string) {
		c, conn := s.compressed(coding)
		for i := range 16 {
			conn.Send(strconv.Itoa(i), bytes.Repeat([]byte("a line of some length\n"), i*3))
		}
		conn.Finish([]byte("bye"))
		got, err := c.rest()
		if err != nil {
			t.Error(err)
		}
		for i := 1; i < 16; i++ {
			if want := "id: " + strconv.Itoa(i) + "\n" + strings.Repeat("data: a line of some length\n", i*3) + "data: \n\n"; !strings.Contains(got, want) {
				t.Errorf("message %d is missing or changed", i)
			}
		}
		c.Close()
	})
}

func TestManyCompressedConnectionsAtATime(t *testing.T) {
	bubble(t, sse.Config{MaxPending: 60}, func(t *testing.T, s *site) {
		var wg sync.WaitGroup
		for i := range 24 {
			coding := codings[i%2]
			c, conn := s.compressed(coding)
			data := []byte(strings.Repeat("client "+strconv.Itoa(i)+" ", 1000))
			wg.Go(func() {
				for range 10 {
					conn.Send("1", data)
					conn.Send("2", []byte("small"))
				}
				conn.Finish([]byte("bye"))
			})
			wg.Go(func() {
				got, err := c.rest()
				want := strings.Repeat("id: 1\ndata: "+string(data)+"\n\nid: 2\ndata: small\n\n", 10) + "data: bye\n\n"
				if got != want || err != nil {
					t.Errorf("client %d (%s): %d bytes instead of %d, %v", i, coding, len(got), len(want), err)
				}
				c.Close()
			})
		}
		wg.Wait()
	})
}

func TestAStalledCompressedConnectionIsDropped(t *testing.T) {
	inEachCoding(t, sse.Config{}, func(t *testing.T, s *site, coding string) {
		c := s.dial()
		conn := c.decode(s, coding)
		began := time.Now()
		conn.Send("1", []byte(incompressible(100_000)))
		if err := <-s.ended; err == nil {
			t.Error("no error")
		}
		if waited := time.Since(began); waited != 10*time.Second { // the bubble's time is exact
			t.Errorf("dropped after %v", waited)
		}
		c.Close()
	})
}

func TestAFailedWriteOfACompressedMessageDropsTheClient(t *testing.T) {
	broken := errors.New("broken")
	bubble(t, sse.Config{}, func(t *testing.T, s *site) {
		writes := 0
		s.wrap = func(w http.ResponseWriter) http.ResponseWriter {
			return &breaking{ResponseWriter: w, err: broken, writes: &writes}
		}
		c, conn := s.compressed("gzip")
		conn.Send("1", bytes.Repeat([]byte("x"), 1000))
		if err := <-s.ended; !errors.Is(err, broken) {
			t.Errorf("ended with %v", err)
		}
		if writes != 2 { // the first id and the message: no end of the coding after that
			t.Errorf("%d writes", writes)
		}
		c.Close()
	})
}

// breaking fails from the second write on.
type breaking struct {
	http.ResponseWriter
	err    error
	writes *int
}

func (b *breaking) Write(p []byte) (int, error) {
	if *b.writes++; *b.writes > 1 {
		return 0, b.err
	}
	return b.ResponseWriter.Write(p)
}

func (b *breaking) Unwrap() http.ResponseWriter { return b.ResponseWriter }
