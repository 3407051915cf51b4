package sse_test

import (
	"strings"
	"testing"
	"testing/synctest"

	"github.com/sideband-go/sideband/sse"
)

func TestFinishNowDropsTheQueue(t *testing.T) {
	bubble(t, sse.Config{}, func(t *testing.T, s *site) {
		c, conn := s.connection()
		conn.Send("1", []byte("under way"))
		synctest.Wait() // its write has begun
		conn.Send("2", []byte("secret"))
		conn.Send("3", []byte("secret"))
		conn.FinishNow([]byte("signed\rout"))
		conn.FinishNow([]byte("again"))
		conn.Finish([]byte("again"))
		if conn.Send("4", []byte("late")) {
			t.Error("a finished connection took a message")
		}
		if rest, err := c.rest(); rest != "id: 1\ndata: under way\n\ndata: signed\ndata: out\n\n" || err != nil {
			t.Errorf("got %q, %v", rest, err)
		}
		if err := <-s.ended; err != nil {
			t.Error(err)
		}
		if err := get(c); err != nil {
			t.Errorf("next request: %v", err)
		}
		c.Close()
	})
}

func TestFinishNowHasRoomInAFullQueue(t *testing.T) {
	for _, finished := range []bool{false, true} {
		bubble(t, sse.Config{MaxPending: 1000}, func(t *testing.T, s *site) {
			c, conn := s.connection()
			fill(conn)
			if finished {
				conn.Finish([]byte("secret"))
			}
			conn.FinishNow([]byte("bye"))
			rest, err := c.rest()
			if !strings.HasSuffix(rest, "data: bye\n\n") || strings.Contains(rest, "secret") || err != nil {
				t.Errorf("after Finish %v: got %q, %v", finished, rest, err)
			}
			// Only the write of the first may have begun.
			if n := strings.Count(rest, "fill"); n > 1 {
				t.Errorf("after Finish %v: %d messages that waited were written", finished, n)
			}
			s.gone()
			c.Close()
		})
	}
}

func TestFinishNowBeforeAnythingIsWritten(t *testing.T) {
	for _, last := range []string{"", "bye"} {
		bubble(t, sse.Config{}, func(t *testing.T, s *site) {
			s.onOpen = func(conn *sse.Connection) {
				fill(conn)
				conn.FinishNow([]byte(last))
			}
			c := s.dial()
			c.get("/")
			want := "id: 0\n\n"
			if last != "" {
				want += "data: bye\n\n"
			}
			if rest, err := c.rest(); rest != want || err != nil {
				t.Errorf("got %q, %v", rest, err)
			}
			s.gone()
			c.Close()
		})
	}
}

func TestFinishNowWithoutAMessage(t *testing.T) {
	bubble(t, sse.Config{}, func(t *testing.T, s *site) {
		c, conn := s.connection()
		conn.Send("1", []byte("under way"))
		synctest.Wait()
		fill(conn)
		conn.FinishNow(nil)
		if rest, err := c.rest(); rest != "id: 1\ndata: under way\n\n" || err != nil {
			t.Errorf("got %q, %v", rest, err)
		}
		s.gone()
		c.Close()
	})
}
