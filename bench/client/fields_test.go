package client_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/sideband-go/sideband/bench/client"
)

const form = `<!DOCTYPE html><body hx-headers:inherited='{"Sideband-Ticket":"the ticket"}'>
<div hx-sse:connect="?sideband=stream"></div>
<form><input type="hidden" name="sb-form" value="f.1"><input id="f-name" name="name" value="Ann" hx-post="?event=Change">
<input type="checkbox" name="off" value="true"><input type="checkbox" name="on" value="true" checked></form>`

// visitForm opens a page with a form, whose events are answered by answer.
func visitForm(t *testing.T, answer http.HandlerFunc) *client.Client {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Method == http.MethodPost:
			answer(w, r)
		case r.URL.RawQuery == "sideband=stream":
			w.Header().Set("Content-Type", "text/event-stream")
			fmt.Fprint(w, "id: 0\n\nid: 1\ndata: done\n\n")
		default:
			http.SetCookie(w, &http.Cookie{Name: "session", Value: "mine"})
			fmt.Fprint(w, form)
		}
	}))
	t.Cleanup(s.Close)
	c, err := client.Visit(t.Context(), s.URL, "/page")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func TestAFieldPostsItsForm(t *testing.T) {
	c := visitForm(t, func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseForm(); err != nil {
			t.Error(err)
		}
		got := r.URL.RawQuery + " " + r.Header.Get("HX-Source") + " " + r.PostForm.Encode()
		if want := "event=Change input#f-name name=Eve+%26+Bob&on=true&sb-form=f.1"; got != want {
			t.Errorf("%s\nnot %s", got, want)
		}
		w.WriteHeader(http.StatusNoContent)
	})
	if err := c.Connect(); err != nil {
		t.Fatal(err)
	}
	if m, err := c.Type(t.Context(), "f-name", "Eve & Bob"); err != nil || string(m.Data) != "done" {
		t.Errorf("%s, %v", m.Data, err)
	}
	if _, err := c.Type(t.Context(), "f-other", "x"); err == nil {
		t.Error("a field that is not there was typed into")
	}
}

func TestABrowserWithoutScriptsFollowsTheRedirect(t *testing.T) {
	location := "/page?shown=1"
	c := visitForm(t, func(w http.ResponseWriter, r *http.Request) {
		if _, err := r.Cookie("session"); err != nil || r.PostFormValue("sb-ticket") != "the ticket" || r.Header.Get("Sideband-Ticket") != "" || r.Header.Get("HX-Request") != "" {
			t.Errorf("%v with %v", r.PostForm, r.Header)
		}
		w.Header().Set("Location", location)
		w.WriteHeader(http.StatusSeeOther)
	})
	if err := c.Plain(t.Context(), "?event=Add"); err != nil {
		t.Error(err)
	}
	if err := c.Reload(t.Context()); err != nil {
		t.Error(err)
	}
	if location = "http://[::1"; c.Plain(t.Context(), "?event=Add") == nil {
		t.Error("an address that can't be read was loaded")
	}
}
