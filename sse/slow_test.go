package sse_test

import (
	"bytes"
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sideband-go/sideband/sse"
)

func TestAFullQueueRefusesAndDrains(t *testing.T) {
	bubble(t, sse.Config{}, func(t *testing.T, s *site) {
		drained := make(chan bool, 10)
		s.onOpen = func(conn *sse.Connection) {
			conn.OnDrain(func() { drained <- conn.Send("merged", []byte("all of it")) })
		}
		slow, conn := s.connection()
		quick, other := s.connection()
		if n := fill(conn); n != 16 {
			t.Errorf("the queue took %d messages, want 16", n)
		}
		for i := range 100 { // nobody else notices
			other.Send(strconv.Itoa(i), []byte("x"))
			if got := quick.event(); got != "id: "+strconv.Itoa(i)+"\ndata: x\n" {
				t.Fatalf("the quick client got %q", got)
			}
		}
		if len(drained) > 0 {
			t.Error("drained before anything was read")
		}
		for range 16 {
			if got := slow.event(); got != "id: 1\ndata: fill\n" {
				t.Errorf("got %q", got)
			}
		}
		if got := slow.event(); got != "id: merged\ndata: all of it\n" {
			t.Errorf("after the drain: %q", got)
		}
		if !<-drained {
			t.Error("the drain callback found no room")
		}
		synctest.Wait()
		if len(drained) > 0 {
			t.Error("the callback ran again though nothing was refused")
		}
		slow.Close()
		quick.Close()
	})
}

func TestPendingBytesAreBounded(t *testing.T) {
	bubble(t, sse.Config{MaxPendingBytes: 100}, func(t *testing.T, s *site) {
		c, conn := s.connection()
		large := bytes.Repeat([]byte("x"), 1000)
		if !conn.Send("1", large) {
			t.Fatal("a large message was refused though nothing waited")
		}
		if conn.Send("2", []byte("y")) {
			t.Error("the queue took more than its bytes")
		}
		c.event()
		synctest.Wait()
		if !conn.Send("3", large[:50]) || !conn.Send("4", large[:50]) {
			t.Error("messages of exactly the bound were refused")
		}
		if conn.Send("5", large[:1]) {
			t.Error("the queue took more than its bytes")
		}
		c.Close()
	})
}

func TestMaxPendingIsCapped(t *testing.T) {
	bubble(t, sse.Config{MaxPending: 1000}, func(t *testing.T, s *site) {
		c, conn := s.connection()
		if n := fill(conn); n != 60 {
			t.Errorf("the queue took %d messages, want 60", n)
		}
		conn.Finish([]byte("last"))
		for range 60 {
			c.event()
		}
		if got := c.event(); got != "data: last\n" {
			t.Errorf("last message %q", got)
		}
		c.Close()
	})
}

func TestAStalledClientIsDroppedAtTheDeadline(t *testing.T) {
	bubble(t, sse.Config{}, func(t *testing.T, s *site) {
		stalled, conn := s.connection()
		quick, other := s.connection()
		conn.Send("1", []byte("never read"))
		began := time.Now()
		err := <-s.ended
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("ended with %v", err)
		}
		if waited := time.Since(began); waited != 10*time.Second { // the bubble's time is exact
			t.Errorf("dropped after %v", waited)
		}
		<-conn.Done()
		if conn.Send("2", []byte("x")) {
			t.Error("a dropped connection took a message")
		}
		other.Send("1", []byte("x"))
		if got := quick.event(); got != "id: 1\ndata: x\n" {
			t.Errorf("the quick client got %q", got)
		}
		stalled.Close()
		quick.Close()
	})
}

func TestTheDeadlineIsForOneWriteAndNotForTheConnection(t *testing.T) {
	bubble(t, sse.Config{WriteTimeout: 10 * time.Second, Heartbeat: time.Hour}, func(t *testing.T, s *site) {
		c, conn := s.connection()
		for i := range 20 {
			time.Sleep(9 * time.Second) // the bubble's time
			if !conn.Send("1", []byte("x")) {
				t.Fatalf("message %d was refused", i)
			}
			time.Sleep(9 * time.Second)
			if got := c.event(); got != "id: 1\ndata: x\n" {
				t.Fatalf("message %d: %q", i, got)
			}
		}
		c.Close()
	})
}

func TestAClientThatNeverReadsIsDroppedOverTCP(t *testing.T) {
	events := sse.New(sse.Config{WriteTimeout: 50 * time.Millisecond})
	opened := make(chan *sse.Connection, 1)
	ended := make(chan error, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ended <- events.Serve(w, r, "0", func(conn *sse.Connection) {
			room := make(chan struct{}, 1)
			conn.OnDrain(func() { room <- struct{}{} })
			go func() { // sends until the kernel takes no more
				data := bytes.Repeat([]byte("x"), 64<<10)
				for {
					if conn.Send("1", data) {
						continue
					}
					select {
					case <-room:
					case <-conn.Done():
						opened <- conn
						return
					}
				}
			}()
		})
	}))
	defer server.Close()

	c, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := c.Write([]byte("GET / HTTP/1.1\r\nHost: test\r\n\r\n")); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	select {
	case err := <-ended:
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("ended with %v", err)
		}
	case <-ctx.Done():
		t.Fatal("never dropped")
	}
	if conn := take(t, opened, "the sender to find out"); conn.Send("1", []byte("x")) {
		t.Error("a dropped connection took a message")
	}
}
