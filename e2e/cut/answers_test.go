package cut_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/sideband-go/sideband/e2e/cut"
)

func TestAnswersInTheServersPlace(t *testing.T) {
	s := serve(t)
	stop := s.Answer(cut.Events, http.StatusBadGateway, "<h1>Bad gateway</h1>")
	for i, want := range []string{"<h1>Bad gateway</h1>", "<h1>Bad gateway</h1>", "body"} {
		res, err := http.Post(s.URL()+"/echo", "text/plain", strings.NewReader("body"))
		if err != nil {
			t.Fatal(err)
		}
		if got, _ := io.ReadAll(res.Body); string(got) != want {
			t.Errorf("answer %d is %q, want %q", i, got, want)
		}
		res.Body.Close()
		if i == 1 {
			stop()
		}
	}
	if e := s.Exchanges(cut.Events)[0]; e.Status() != http.StatusBadGateway || !e.Over() || len(s.seen) != 1 {
		t.Errorf("status %d, the server saw %d requests", e.Status(), len(s.seen))
	}
}

func TestAStalledAnswerHoldsTheServersWritesUp(t *testing.T) {
	s := serve(t)
	release := s.Stall(cut.Streams)
	res, err := http.Get(s.URL() + "/echo") // others are not held up
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	got := make(chan error, 1)
	go func() {
		res, err := http.Get(s.URL() + "/flood?sideband=stream")
		if err == nil {
			_, err = io.Copy(io.Discard, res.Body)
			res.Body.Close()
		}
		got <- err
	}()
	if err := <-s.flood; !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("the server's writes ended with %v", err)
	}
	if len(got) > 0 || s.Exchanges(cut.Streams)[0].Status() != 0 {
		t.Error("something passed")
	}
	release()
	if err := <-got; err == nil {
		t.Error("the client does not see that the answer was broken off")
	}
}

func TestAClientThatLeavesAStalledAnswerIsNoticed(t *testing.T) {
	s := serve(t)
	res, err := http.Get(s.URL() + "/page?sideband=stream")
	if err != nil {
		t.Fatal(err)
	}
	s.Stall(cut.Any)
	res.Body.Close()
	<-s.left
	wait(t, "the end", func() bool { return s.Open(cut.Streams) == 0 })
}

func Example() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, "hello")
	}))
	defer server.Close()
	proxy, err := cut.New(server.URL)
	if err != nil {
		panic(err)
	}
	defer proxy.Close()

	defer http.DefaultClient.CloseIdleConnections()
	get := func() {
		res, err := http.Get(proxy.URL())
		if err != nil {
			fmt.Println("no answer")
			return
		}
		defer res.Body.Close()
		var b bytes.Buffer
		_, _ = b.ReadFrom(res.Body)
		fmt.Println(res.StatusCode, b.String())
	}
	get()
	stop := proxy.Answer(cut.Any, http.StatusBadGateway, "nobody is there")
	get()
	stop()
	proxy.Refuse(cut.Any)
	get()
	fmt.Println(proxy.Exchanges(cut.Any)[1].Status())
	// Output:
	// 200 hello
	// 502 nobody is there
	// no answer
	// 502
}
