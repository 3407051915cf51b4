package sse_test

import (
	"io"
	"net/http"
	"runtime"
	"strconv"
	"sync"
	"testing"

	"github.com/sideband-go/sideband/sse"
)

func TestManyGoroutinesMaySendAndEnd(t *testing.T) {
	ends := map[string]func(*client, *sse.Connection){
		"close":  func(_ *client, conn *sse.Connection) { conn.Close() },
		"finish": func(_ *client, conn *sse.Connection) { conn.Finish([]byte("bye")) },
		"leave":  func(c *client, _ *sse.Connection) { c.Close() },
	}
	for name, end := range ends {
		t.Run(name, func(t *testing.T) {
			bubble(t, sse.Config{}, func(t *testing.T, s *site) {
				for round := range 20 {
					c, conn := s.connection()
					var wg sync.WaitGroup
					for g := range 4 {
						wg.Go(func() {
							for i := range 20 {
								conn.Send(strconv.Itoa(i), []byte("from "+strconv.Itoa(g)))
								if g == round%4 && i == 10 {
									end(c, conn)
								}
							}
						})
					}
					wg.Go(c.readAll)
					wg.Wait()
					s.gone()
					if conn.Send("1", []byte("late")) {
						t.Fatal("a connection that has ended took a message")
					}
					c.Close()
				}
			})
		})
	}
}

func TestConnectionsComeAndGoDuringShutdown(t *testing.T) {
	bubble(t, sse.Config{}, func(t *testing.T, s *site) {
		var wg sync.WaitGroup
		for range 50 {
			wg.Go(func() {
				c := s.dial()
				io.WriteString(c, "GET / HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n")
				_, _ = io.Copy(io.Discard, c) // perhaps nothing: the server may drop it first
				c.Close()
			})
		}
		<-s.opened
		for range 3 {
			wg.Go(func() {
				if err := s.server.Shutdown(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
	})
}

func TestEverySentMessageOfAConsumerThatKeepsUpArrives(t *testing.T) {
	bubble(t, sse.Config{}, func(t *testing.T, s *site) {
		const senders, each = 8, 50
		c, conn := s.connection()
		var wg sync.WaitGroup
		// One message less than a queue holds is under way: the client has a message a moment before
		// the connection knows that it is written.
		next := make(chan struct{}, 15)
		for g := range senders {
			wg.Go(func() {
				for i := range each {
					next <- struct{}{}
					if !conn.Send(strconv.Itoa(g), []byte(strconv.Itoa(i))) {
						t.Error("refused within the bound")
					}
				}
			})
		}
		seen := map[string]int{}
		for range senders * each {
			m := c.event()
			seen[m]++
			<-next
		}
		wg.Wait()
		if len(seen) != senders*each {
			t.Errorf("%d different messages of %d", len(seen), senders*each)
		}
		c.Close()
	})
}

// The goroutine that writes the queue ends while another one starts.
func TestTheQueueEmptiesAgainAndAgain(t *testing.T) {
	opened := make(chan *sse.Connection, 1)
	ended := make(chan error, 1)
	go func() {
		ended <- sse.New(sse.Config{}).Serve(&memory{header: http.Header{}}, asking(t.Context(), ""), "0", func(conn *sse.Connection) { opened <- conn })
	}()
	conn := take(t, opened, "the connection to open")
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for i := 0; i < 20_000 && !conn.Ended(); i++ {
				conn.Send("1", []byte("x"))
				if i%3 == 0 {
					runtime.Gosched()
				}
			}
		})
	}
	wg.Wait()
	conn.Finish(nil)
	if err := take(t, ended, "the connection to end"); err != nil {
		t.Error(err)
	}
}
