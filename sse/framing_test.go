package sse_test

import (
	"bytes"
	"errors"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/sideband-go/sideband/sse"
)

var framings = []struct{ name, data, want string }{
	{"plain", "hello", "data: hello\n"},
	{"two lines", "a\nb", "data: a\ndata: b\n"},
	{"line end at the end", "a\n", "data: a\ndata: \n"},
	{"empty lines", "\n\n", "data: \ndata: \ndata: \n"},
	{"field after a line end", "<p>\nevent: evil</p>", "data: <p>\ndata: event: evil</p>\n"},
	{"fields after carriage returns", "hi\rid: 9\rretry: 1\r\rdata: forged", "data: hi\ndata: id: 9\ndata: retry: 1\ndata: \ndata: data: forged\n"},
	{"carriage return and line feed", "a\r\nb\r\n", "data: a\ndata: b\ndata: \n"},
	{"carriage returns in a row", "a\r\r\n\rb", "data: a\ndata: \ndata: \ndata: b\n"},
	{"only a carriage return", "\r", "data: \ndata: \n"},
	{"leading colon", ":) smile", "data: :) smile\n"},
	{"leading space", "  x", "data:   x\n"},
	{"NUL", "a\x00b", "data: a\x00b\n"},
	{"byte order mark", "\ufeffx", "data: \ufeffx\n"},
	{"not UTF-8", "a\xffb", "data: a\xffb\n"},
	{"percent", "100%s", "data: 100%s\n"},
}

func TestFraming(t *testing.T) {
	bubble(t, sse.Config{}, func(t *testing.T, s *site) {
		c, conn := s.connection()
		for _, f := range framings {
			given := []byte(f.data)
			if !conn.Send("5", given) {
				t.Fatalf("%s: refused", f.name)
			}
			if got := c.event(); got != "id: 5\n"+f.want {
				t.Errorf("%s: sent %q", f.name, got)
			}
			if string(given) != f.data {
				t.Errorf("%s: the caller's data was changed to %q", f.name, given)
			}
		}
		c.Close()
	})
}

func TestReply(t *testing.T) {
	for _, f := range framings {
		w := httptest.NewRecorder()
		if err := sse.Reply(w, []byte(f.data)); err != nil {
			t.Fatal(err)
		}
		if got := w.Body.String(); got != f.want+"\n" {
			t.Errorf("%s: answered %q", f.name, got)
		}
		if w.Code != 200 || w.Header().Get("Content-Type") != "text/event-stream" ||
			w.Header().Get("Cache-Control") != "no-store" || w.Header().Get("X-Accel-Buffering") != "no" {
			t.Errorf("%s: status %d, header %v", f.name, w.Code, w.Header())
		}
	}
	w := httptest.NewRecorder()
	if err := sse.Reply(w, nil); err != nil || w.Body.Len() > 0 {
		t.Errorf("no data: %q, %v", w.Body, err)
	}
}

func TestReplyWithAStatusAndAnEvent(t *testing.T) {
	w := httptest.NewRecorder()
	err := sse.ReplyStatus(w, 422, sse.Event{Data: []byte("a\r\nb")}, sse.Event{}, sse.Event{Name: "sb:reply", Data: []byte(`{"a":1}`)})
	if err != nil || w.Code != 422 || w.Body.String() != "data: a\ndata: b\n\ndata: {\"a\":1}\nevent: sb:reply\n\n" {
		t.Errorf("%d %q, %v", w.Code, w.Body, err)
	}
}

func TestReplyReportsAFailedWrite(t *testing.T) {
	broken := errors.New("broken")
	err := sse.Reply(&failing{ResponseRecorder: httptest.NewRecorder(), err: broken}, []byte("x"))
	if !errors.Is(err, broken) {
		t.Errorf("error %v", err)
	}
}

type failing struct {
	*httptest.ResponseRecorder
	err error
}

func (f *failing) Write([]byte) (int, error) { return 0, f.err }

// What has no data is an id alone, which clients go on from; without an id it is nothing.
func TestEmptyDataSendsAnIDAlone(t *testing.T) {
	bubble(t, sse.Config{MaxPending: 1}, func(t *testing.T, s *site) {
		c, conn := s.connection()
		if !conn.Send("", nil) || !conn.Send("", []byte{}) {
			t.Error("nothing was refused")
		}
		if !conn.Send("1", nil) {
			t.Error("nothing is in the queue")
		}
		if got := c.event(); got != "id: 1\n" {
			t.Errorf("got %q", got)
		}
		synctest.Wait() // it is out of the queue
		if !conn.Send("2", []byte("after")) {
			t.Error("the id is still in the queue")
		}
		if got := c.event(); got != "id: 2\ndata: after\n" {
			t.Errorf("got %q", got)
		}
		c.Close()
	})
}

func TestNamedMessages(t *testing.T) {
	bubble(t, sse.Config{}, func(t *testing.T, s *site) {
		c, conn := s.connection()
		for _, name := range []string{"", "a\nb", "a\rdata: forged", "a\x00"} {
			if ok, err := conn.SendNamed(name, "1", []byte("x")); ok || !errors.Is(err, sse.ErrName) {
				t.Errorf("name %q: %v, %v", name, ok, err)
			}
		}
		if ok, err := conn.SendNamed("empty", "1", nil); ok || !errors.Is(err, sse.ErrName) {
			t.Errorf("without data: %v, %v", ok, err)
		}
		if ok, err := conn.SendNamed("done", "2", []byte("{}")); !ok || err != nil {
			t.Errorf("refused: %v, %v", ok, err)
		}
		if got := c.event(); got != "id: 2\ndata: {}\nevent: done\n" {
			t.Errorf("got %q", got)
		}
		c.Close()
	})
}

func TestInvalidIDs(t *testing.T) {
	bubble(t, sse.Config{}, func(t *testing.T, s *site) {
		c, conn := s.connection()
		for _, id := range []string{"1\n", "1\rdata: forged", "\x00"} {
			func() {
				defer func() {
					if recover() == nil {
						t.Errorf("id %q was taken", id)
					}
				}()
				conn.Send(id, []byte("x"))
			}()
			err := s.server.Serve(&memory{}, httptest.NewRequest("GET", "/", nil), id, nil)
			if err == nil {
				t.Errorf("first id %q was taken", id)
			}
		}
		c.Close()
	})
}

// FuzzReply checks that browsers read any data as one message, in which only line ends have changed.
func FuzzReply(f *testing.F) {
	for _, x := range framings {
		f.Add([]byte(x.data))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) == 0 {
			return
		}
		w := httptest.NewRecorder()
		if err := sse.Reply(w, data); err != nil {
			t.Fatal(err)
		}
		unix := bytes.ReplaceAll(bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n")), []byte("\r"), []byte("\n"))
		if got := parse(w.Body.String()); len(got) != 1 || got[0] != string(unix) {
			t.Errorf("%q is read as %q", data, got)
		}
	})
}

// parse reads an event stream as a browser does and returns the data of its messages. Fields
// other than data are reported as messages, since there must not be any.
func parse(body string) (messages []string) {
	lines := strings.Split(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(body), "\n")
	var data []string
	for _, line := range lines[:len(lines)-1] {
		field, value, _ := strings.Cut(line, ":")
		switch {
		case line == "" && data != nil:
			messages = append(messages, strings.Join(data, "\n"))
			data = nil
		case field == "data":
			data = append(data, strings.TrimPrefix(value, " "))
		default:
			messages = append(messages, "field "+field)
		}
	}
	return messages
}
