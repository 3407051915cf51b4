package sse_test

import (
	"bufio"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sideband-go/sideband/sse"
)

func TestMessagesBypassNetHTTP(t *testing.T) {
	eachCoding(t, func(t *testing.T, coding string) {
		var calls []string
		s := overTCP(t, sse.Config{}, func(s *tcpSite) {
			s.wrap = func(w http.ResponseWriter) http.ResponseWriter { return passing{&recorder{w, &calls}} }
		})
		c, conn := s.connect(coding)
		for _, f := range framings {
			if !conn.Send("5", []byte(f.data)) {
				t.Fatalf("%s: refused", f.name)
			}
			if got := c.event(); got != "id: 5\n"+f.want {
				t.Errorf("%s: got %q", f.name, got)
			}
		}
		var all messages
		for range 20 {
			id, data := all.next()
			conn.Send(id, data)
			all.expect(t, c, all.n)
			eventually(t, "the message to be written", conn.IsIdle)
		}
		conn.Finish([]byte("bye"))
		if got, err := c.rest(); got != "data: bye\n\n" || err != nil {
			t.Errorf("got %q, %v", got, err)
		}
		if err := take(t, s.ended, "the end"); err != nil {
			t.Error(err)
		}
		want := "write flush"
		if coding == "gzip" {
			want += " write" // what ends the coding
		}
		if got := strings.Join(calls, " "); got != want {
			t.Errorf("net/http wrote: %s", got)
		}
		if coding == "" {
			if err := get(c); err != nil {
				t.Errorf("the next request of the HTTP connection: %v", err)
			}
		}
	})
}

func TestAFullSocketBlocksNobody(t *testing.T) {
	eachCoding(t, func(t *testing.T, coding string) {
		drained := make(chan struct{}, 10)
		s := overTCP(t, sse.Config{WriteTimeout: time.Hour}, func(s *tcpSite) {
			s.onOpen = func(conn *sse.Connection) { conn.OnDrain(func() { drained <- struct{}{} }) }
		})
		c, conn := s.connect(coding)
		other, quick := s.connect(coding)
		var all messages
		for round := range 20 {
			all.extra = 7 * round
			from := all.n + 1
			returns(t, "Send", func() {
				all.clog(conn)
			})
			quick.Send("1", []byte("quick"))
			if got := other.event(); got != "id: 1\ndata: quick\n" {
				t.Fatalf("another connection got %q", got)
			}
			all.expect(t, c, from)
			take(t, drained, "the drain callback")
		}
		conn.Finish(nil)
		if got, err := c.rest(); got != "" || err != nil {
			t.Errorf("the rest: %q, %v", got, err)
		}
	})
}

func TestTheQueueOfADirectConnectionIsBounded(t *testing.T) {
	s := overTCP(t, sse.Config{WriteTimeout: time.Hour, MaxPending: 5, MaxPendingBytes: 10_000}, nil)
	c, conn := s.connect("")
	data := []byte(incompressible(3000))
	n := 0
	returns(t, "Send", func() {
		for conn.Send("1", data) {
			n++
		}
	})
	eventually(t, "the socket to be full", func() bool { return !conn.IsIdle() })
	more := 0
	for conn.Send("1", data[:2500]) { // some of the queue may have gone to the socket meanwhile
		more++
	}
	if more > 4 {
		t.Errorf("%d messages more than the bound", more)
	}
	for range n + more {
		if got := c.event(); !strings.HasPrefix(got, "id: 1\ndata: ") {
			t.Fatalf("got %.40q", got)
		}
	}
}

func TestAClientThatNeverReadsIsDroppedAtTheDeadline(t *testing.T) {
	s := overTCP(t, sse.Config{WriteTimeout: 50 * time.Millisecond, Heartbeat: time.Hour}, nil)
	_, conn := s.connect("")
	new(messages).clog(conn)
	if err := take(t, s.ended, "the client to be dropped"); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("ended with %v", err)
	}
	<-conn.Done()
}

func TestAClosedSocketEndsTheConnection(t *testing.T) {
	s := overTCP(t, sse.Config{}, nil)
	c, conn := s.connect("")
	c.reset()
	returns(t, "Send", func() {
		for conn.Send("1", []byte("x")) {
			time.Sleep(time.Millisecond)
		}
	})
	take(t, conn.Done(), "the end")
	s.gone()
}

func TestDirectHeartbeats(t *testing.T) {
	s := overTCP(t, sse.Config{Heartbeat: 20 * time.Millisecond}, nil)
	c, conn := s.connect("")
	for range 5 {
		if got := c.event(); got != ": hb\n" {
			t.Fatalf("got %q", got)
		}
	}
	if !conn.IsDirect() {
		t.Error("not direct any more")
	}
}

func TestMessagesOfTheOpenedCallbackComeFirst(t *testing.T) {
	s := overTCP(t, sse.Config{}, func(s *tcpSite) {
		s.onOpen = func(conn *sse.Connection) {
			conn.Send("1", []byte("one"))
			conn.Send("2", []byte("two"))
		}
	})
	c, conn := s.connect("")
	conn.Send("3", []byte("three"))
	for i, text := range []string{"one", "two", "three"} {
		if got, want := c.event(), fmt.Sprintf("id: %d\ndata: %s\n", i+1, text); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// Many goroutines send, others end the connection, and clients read at any pace: accepted messages arrive
// complete, in order and without a gap.
func TestOrderUnderManyWritersCutsAndDrains(t *testing.T) {
	ends := []func(*client, *sse.Connection){
		func(_ *client, conn *sse.Connection) { conn.Finish([]byte("bye")) },
		func(_ *client, conn *sse.Connection) { conn.FinishNow([]byte("bye")) },
		func(_ *client, conn *sse.Connection) { conn.Close() },
		func(c *client, _ *sse.Connection) { c.reset() },
	}
	eachCoding(t, func(t *testing.T, coding string) {
		s := overTCP(t, sse.Config{Heartbeat: 5 * time.Millisecond, WriteTimeout: time.Hour}, nil)
		for round := range 12 {
			c, conn := s.connect(coding)
			var mu sync.Mutex
			all := new(messages)
			var wg sync.WaitGroup
			for range 4 {
				wg.Go(func() {
					for i := 0; i < 60 && !conn.Ended(); i++ {
						mu.Lock()
						if !conn.Send(all.next()) {
							all.n--
						}
						over := all.n > 60
						mu.Unlock()
						if over {
							ends[round%len(ends)](c, conn)
						} else if i%10 == 0 {
							time.Sleep(time.Millisecond)
						}
					}
					ends[round%len(ends)](c, conn)
				})
			}
			seen := 0
			for event := c.event(); event != ""; event = c.event() {
				if event == ": hb\n" {
					continue
				}
				again := messages{n: seen}
				id, data := again.next()
				if want := "id: " + id + "\ndata: " + string(data) + "\n"; event == want {
					seen++
					continue
				}
				if event == "data: bye\n" {
					break
				}
				if round%len(ends) < 2 { // a cut may break one off
					t.Fatalf("after %d messages: %d bytes, %.40q", seen, len(event), event)
				}
			}
			wg.Wait()
			if round%len(ends) == 0 && seen != all.n {
				t.Errorf("%d messages of %d arrived", seen, all.n)
			}
			s.gone()
			c.Close()
		}
	})
}

// BenchmarkSendDirect measures a message from Send through the sockets to its client.
func BenchmarkSendDirect(b *testing.B) {
	events := sse.New(sse.Config{})
	opened := make(chan *sse.Connection, 1)
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = events.Serve(w, r, "0", func(conn *sse.Connection) { opened <- conn })
	}))
	for _, direct := range []bool{true, false} {
		b.Run("direct="+strconv.FormatBool(direct), func(b *testing.B) {
			s := httptest.NewUnstartedServer(s.Config.Handler)
			if direct {
				s.Config.ConnContext = sse.ConnContext
			}
			s.Start()
			defer s.Close()
			defer s.CloseClientConnections()
			resp, err := http.Get(s.URL)
			if err != nil {
				b.Fatal(err)
			}
			defer resp.Body.Close()
			body := bufio.NewReader(resp.Body)
			readEvent(body)
			conn := <-opened
			data := []byte(rows(1)[:200])
			b.ReportAllocs()
			for b.Loop() {
				if !conn.Send("1234", data) {
					b.Fatal("refused")
				}
				for range 4 {
					if line, err := body.ReadSlice('\n'); err != nil || len(line) == 1 {
						break
					}
				}
			}
		})
	}
}
