package sse_test

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strconv"
	"testing"

	"github.com/sideband-go/sideband/sse"
)

// BenchmarkSend measures a message from Send to its flush, without a network.
func BenchmarkSend(b *testing.B) {
	for _, coding := range []string{"identity", "zstd", "gzip"} {
		for _, size := range []int{80, 256, 4 << 10, 256 << 10} {
			b.Run(coding+"/"+strconv.Itoa(size), func(b *testing.B) {
				s := sse.New(sse.Config{})
				w := &memory{header: http.Header{}, flushed: make(chan struct{}, 1)}
				opened := make(chan *sse.Connection, 1)
				ended := make(chan error, 1)
				go func() {
					ended <- s.Serve(w, asking(b.Context(), coding), "0", func(conn *sse.Connection) { opened <- conn })
				}()
				<-w.flushed
				conn := <-opened
				data := []byte(rows(size/100 + 1))[:size]
				b.ReportAllocs()
				b.SetBytes(int64(size))
				for b.Loop() {
					if !conn.Send("1234", data) {
						b.Fatal("refused")
					}
					<-w.flushed
				}
				conn.Close()
				if err := <-ended; err != nil {
					b.Error(err)
				}
			})
		}
	}
}

func asking(ctx context.Context, coding string) *http.Request {
	r := httptest.NewRequestWithContext(ctx, http.MethodGet, "/", nil)
	r.Header.Set("Accept-Encoding", coding)
	return r
}

// BenchmarkIdleConnection reports the memory of an idle connection, with its goroutines' stacks
// and without what net/http needs. Each connection has sent a message that is compressed.
func BenchmarkIdleConnection(b *testing.B) {
	const n = 2000
	for _, coding := range []string{"identity", "zstd", "gzip"} {
		b.Run(coding, func(b *testing.B) {
			for b.Loop() {
				s := sse.New(sse.Config{})
				ctx, cancel := context.WithCancel(context.Background())
				connections := make(chan *sse.Connection, n)
				ended := make(chan error, n)
				requests := make([]*http.Request, n)
				writers := make([]*memory, n)
				for i := range n {
					requests[i] = asking(ctx, coding)
					writers[i] = &memory{header: http.Header{}, flushed: make(chan struct{}, 2)}
				}
				data := []byte(rows(100))
				before := inUse()
				for i := range n {
					go func() {
						ended <- s.Serve(writers[i], requests[i], "0", func(conn *sse.Connection) { connections <- conn })
					}()
				}
				for range n {
					(<-connections).Send("1", data)
				}
				for _, w := range writers { // the header and the message
					<-w.flushed
					<-w.flushed
				}
				after := inUse()
				b.ReportMetric(float64(after-before)/n, "B/connection")
				cancel()
				for range n {
					if err := <-ended; err != nil {
						b.Error(err)
					}
				}
				runtime.KeepAlive(writers)
			}
		})
	}
}

func inUse() int64 {
	var m runtime.MemStats
	for range 5 { // pools let go, and each shrinks a stack to a half
		runtime.GC()
	}
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc + m.StackInuse)
}

// BenchmarkLog measures the cost of remembering a message.
func BenchmarkLog(b *testing.B) {
	var l sse.Log
	data := bytes.Repeat([]byte("x"), 80)
	b.ReportAllocs()
	id := uint64(0)
	for b.Loop() {
		id++
		l.Add(id, data)
	}
}
