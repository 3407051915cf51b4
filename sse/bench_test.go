package sse_test

import (
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
				opened := make(chan *sse.Stream, 1)
				ended := make(chan error, 1)
				go func() {
					ended <- s.Serve(w, asking(b.Context(), coding), "0", func(st *sse.Stream) { opened <- st })
				}()
				<-w.flushed
				st := <-opened
				data := []byte(rows(size/100 + 1))[:size]
				b.ReportAllocs()
				b.SetBytes(int64(size))
				for b.Loop() {
					if !st.Send("1234", data) {
						b.Fatal("refused")
					}
					<-w.flushed
				}
				st.Close()
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

// BenchmarkIdleStream reports the memory of an open stream that has nothing to do, with
// its goroutines' stacks and without what net/http needs for the connection. Before, each
// stream has sent a message that is worth compressing.
func BenchmarkIdleStream(b *testing.B) {
	const n = 2000
	for _, coding := range []string{"identity", "zstd", "gzip"} {
		b.Run(coding, func(b *testing.B) {
			for b.Loop() {
				s := sse.New(sse.Config{})
				ctx, cancel := context.WithCancel(context.Background())
				streams := make(chan *sse.Stream, n)
				ended := make(chan error, n)
				requests := make([]*http.Request, n)
				writers := make([]*memory, n)
				for i := range n {
					requests[i] = asking(ctx, coding)
					writers[i] = &memory{header: http.Header{}}
				}
				data := []byte(rows(100))
				before := inUse()
				for i := range n {
					go func() {
						ended <- s.Serve(writers[i], requests[i], "0", func(st *sse.Stream) { streams <- st })
					}()
				}
				for range n {
					st := <-streams
					st.Send("1", data)
					for !st.Idle() {
						runtime.Gosched()
					}
				}
				after := inUse()
				b.ReportMetric(float64(after-before)/n, "B/stream")
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
