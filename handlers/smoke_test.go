package handlers_test

import (
	"bufio"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"regexp"
	"testing"

	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/cmd/demo/counter"
	"github.com/sideband-go/sideband/handlers"
)

func TestSmoke(t *testing.T) {
	kit := handlers.New(handlers.Config{})
	r := chi.NewRouter()
	r.Use(kit.Middleware)
	r.Mount(kit.AssetsPath(), kit.Assets())
	r.Handle("/counter", handlers.View(kit, counter.Page{}))
	srv := httptest.NewServer(r)
	defer srv.Close()
	jar, _ := cookiejar.New(nil)
	c := &http.Client{Jar: jar}
	res, err := c.Get(srv.URL + "/counter")
	if err != nil {
		t.Fatal(err)
	}
	b, _ := io.ReadAll(res.Body)
	t.Log(res.Status, res.Header, string(b))
	ticket := regexp.MustCompile(`Ticket&#34;:&#34;([^&]+)&`).FindSubmatch(b)[1]
	post := func(q string) {
		q2, _ := http.NewRequest("POST", srv.URL+"/counter"+q, nil)
		q2.Header.Set("Sideband-Ticket", string(ticket))
		res, err := c.Do(q2)
		if err != nil {
			t.Fatal(err)
		}
		b, _ := io.ReadAll(res.Body)
		t.Log(res.Status, string(b))
	}
	post("?event=Add&value=1")
	post("?event=Add&value=1")
	q2, _ := http.NewRequest("GET", srv.URL+"/counter?sideband=stream", nil)
	q2.Header.Set("Sideband-Ticket", string(ticket))
	q2.Header.Set("Last-Event-ID", "1")
	res, err = c.Do(q2)
	if err != nil {
		t.Fatal(err)
	}
	br := bufio.NewReader(res.Body)
	line := func() { s, _ := br.ReadString('\n'); t.Logf("%q", s) }
	for range 5 {
		line()
	}
	post("?event=Add&value=5")
	for range 3 {
		line()
	}
	post("?event=Nope")
	post("?event=Add&value=x")
	post("?event=Reset")
	for range 3 {
		line()
	}
	res.Body.Close()
}
