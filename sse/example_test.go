package sse_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"

	"github.com/sideband-go/sideband/sse"
)

func Example() {
	events := sse.New(sse.Config{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		err := events.Serve(w, r, "0", func(conn *sse.Connection) {
			conn.Send("1", []byte("<p>\n  Hello\n</p>"))
			conn.Finish([]byte("That was all."))
		})
		if err != nil {
			fmt.Println(err)
		}
	}))
	defer server.Close()

	resp, err := http.Get(server.URL)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	fmt.Printf("%s%v\n", body, err)

	// Before the HTTP server is shut down, which would wait for the connections.
	fmt.Println(events.Shutdown(context.Background()))
	// Output:
	// id: 0
	//
	// id: 1
	// data: <p>
	// data:   Hello
	// data: </p>
	//
	// data: That was all.
	//
	// <nil>
	// <nil>
}

func ExampleLog() {
	var l sse.Log
	l.Add(1, []byte("one"))
	l.Add(2, []byte("two"))
	l.Add(3, []byte("three"))

	// A client comes back and has seen message 1.
	missed, ok := l.Since(1)
	for _, m := range missed {
		fmt.Printf("%d %s\n", m.ID, m.Data)
	}
	fmt.Println("all of them:", ok)

	_, ok = l.Since(99)
	fmt.Println("an id that was never given:", ok)
	// Output:
	// 2 two
	// 3 three
	// all of them: true
	// an id that was never given: false
}
