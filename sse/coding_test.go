package sse_test

import (
	"io"
	"net/http"
	"testing"

	"github.com/sideband-go/sideband/sse"
)

func TestTheCodingIsNegotiated(t *testing.T) {
	for accept, want := range map[string]string{
		"":                            "",
		"identity":                    "",
		"gzip":                        "gzip",
		"zstd":                        "zstd",
		"gzip, deflate, br, zstd":     "zstd",
		"zstd;q=0.1, gzip;q=1":        "gzip",
		"gzip;q=0":                    "",
		"*":                           "",
		"identity;q=0, *":             "zstd",
		"br\r\nAccept-Encoding: gzip": "gzip",
	} {
		bubble(t, sse.Config{}, func(t *testing.T, s *site) {
			c := s.dial()
			resp := c.get("/", "Accept-Encoding: "+accept)
			if got := resp.Header.Get("Content-Encoding"); got != want {
				t.Errorf("%q: coding %q, want %q", accept, got, want)
			}
			if got := resp.Header.Get("Vary"); got != "Accept-Encoding" {
				t.Errorf("%q: Vary %q", accept, got)
			}
			(<-s.opened).Finish(nil)
			body, err := io.ReadAll(decoded(t, want, c.body))
			if string(body) != "id: 0\n\n" || err != nil {
				t.Errorf("%q: %q, %v", accept, body, err)
			}
			c.Close()
		})
	}
}

func TestCompressionCanBeSwitchedOff(t *testing.T) {
	bubble(t, sse.Config{NoCompression: true}, func(t *testing.T, s *site) {
		c := s.dial()
		resp := c.get("/", "Accept-Encoding: gzip, zstd")
		if h := resp.Header; h.Get("Content-Encoding") != "" || h.Get("Vary") != "" {
			t.Errorf("header %v", h)
		}
		if got := c.event(); got != "id: 0\n" {
			t.Errorf("got %q", got)
		}
		c.Close()
	})
}

func TestAnExistingVaryIsKept(t *testing.T) {
	bubble(t, sse.Config{}, func(t *testing.T, s *site) {
		s.wrap = func(w http.ResponseWriter) http.ResponseWriter {
			w.Header().Set("Vary", "Cookie")
			return w
		}
		c := s.dial()
		if got := c.get("/").Header["Vary"]; len(got) != 2 || got[0] != "Cookie" || got[1] != "Accept-Encoding" {
			t.Errorf("Vary %q", got)
		}
		c.Close()
	})
}
