package sse_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/sideband-go/sideband/internal/browser"
	"github.com/sideband-go/sideband/sse"
)

// reader is a page that reads and stores an event stream as htmx's extension does.
const reader = `<!doctype html><title>reader</title><link rel=icon href=data:,><body><script>
window.got = ""; window.ended = "";
(async () => {
	try {
		const response = await fetch("/stream" + location.search);
		window.coding = response.headers.get("Content-Encoding");
		const body = response.body.pipeThrough(new TextDecoderStream()).getReader();
		for (;;) {
			const {done, value} = await body.read();
			if (done) break;
			window.got += value;
		}
		window.ended = "done";
	} catch (e) {
		window.ended = String(e);
	}
})();
</script>`

func TestChromiumReadsEachMessageAtOnce(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ accept, coding string }{
		{"", "zstd"}, // what Chromium asks for itself; the loopback interface is as good as HTTPS
		{"zstd", "zstd"},
		{"gzip", "gzip"},
		{"identity", ""},
	} {
		t.Run("accept "+test.accept, func(t *testing.T) {
			events := sse.New(sse.Config{Heartbeat: 1 << 40})
			opened := make(chan *sse.Connection, 1)
			ended := make(chan error, 1)
			mux := http.NewServeMux()
			mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, reader) })
			mux.HandleFunc("/stream", func(w http.ResponseWriter, r *http.Request) {
				if accept := r.URL.Query().Get("accept"); accept != "" {
					r.Header.Set("Accept-Encoding", accept)
				}
				ended <- events.Serve(w, r, "0", func(conn *sse.Connection) { opened <- conn })
			})
			server := httptest.NewServer(mux)
			t.Cleanup(server.Close)

			p := browser.Open(t, server.URL+"/?accept="+test.accept)
			conn := take(t, opened, "the connection to open")
			want := "id: 0\n\n"
			p.WaitFor(fmt.Sprintf("got === %q", want))
			for i, size := range []int{1, 80, 255, 256, 5_000, 1, 300_000, 80} {
				data := strings.Repeat("<b>x</b>", size)[:size]
				id := fmt.Sprint(i)
				if !conn.Send(id, []byte(data)) {
					t.Fatal("refused")
				}
				want += "id: " + id + "\ndata: " + data + "\n\n"
				// Nothing else is sent until the page has the message.
				p.WaitFor(fmt.Sprintf("got.length === %d", len(want)))
			}
			conn.Finish([]byte("bye"))
			want += "data: bye\n\n"
			p.WaitFor("ended !== ''")
			var got, end, coding string
			p.Eval("got", &got)
			p.Eval("ended", &end)
			p.Eval("coding ?? ''", &coding)
			if got != want || end != "done" || coding != test.coding {
				t.Errorf("got %d bytes of %d, then %q; the coding was %q", len(got), len(want), end, coding)
			}
			if err := take(t, ended, "the connection to end"); err != nil {
				t.Error(err)
			}
			for _, entry := range p.Log() {
				t.Errorf("the page logged: %v", entry)
			}
		})
	}
}

func TestChromiumReadsACompressedEventSource(t *testing.T) {
	t.Parallel()
	for _, coding := range codings {
		t.Run(coding, func(t *testing.T) {
			events := sse.New(sse.Config{})
			opened := make(chan *sse.Connection, 1)
			ended := make(chan error, 1)
			mux := http.NewServeMux()
			mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
				io.WriteString(w, `<!doctype html><title>source</title><link rel=icon href=data:,><body><script>
window.got = ""; window.over = false;
const source = new EventSource("/stream");
source.onmessage = e => window.got += e.lastEventId + " " + e.data.length + ";";
source.onerror = () => { source.close(); window.over = true; };
</script>`)
			})
			mux.HandleFunc("/stream", func(w http.ResponseWriter, r *http.Request) {
				r.Header.Set("Accept-Encoding", coding)
				ended <- events.Serve(w, r, "0", func(conn *sse.Connection) { opened <- conn })
			})
			server := httptest.NewServer(mux)
			t.Cleanup(server.Close)

			p := browser.Open(t, server.URL)
			conn := take(t, opened, "the connection to open")
			conn.Send("7", []byte(strings.Repeat("x", 5000)))
			p.WaitFor(`got === "7 5000;"`)
			conn.Send("8", []byte("small"))
			p.WaitFor(`got === "7 5000;8 5;"`)
			conn.Finish([]byte("bye"))
			p.WaitFor(`got === "7 5000;8 5;8 3;" && over`)
			if err := take(t, ended, "the connection to end"); err != nil {
				t.Error(err)
			}
			for _, entry := range p.Log() {
				t.Errorf("the page logged: %v", entry)
			}
		})
	}
}
