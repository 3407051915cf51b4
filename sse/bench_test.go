package sse_test

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"runtime"
	"testing"

	"github.com/sideband-go/sideband/sse"
)

// BenchmarkSend measures a message from Send to its flush, without a network.
func BenchmarkSend(b *testing.B) {
	for _, size := range []int{80, 4 << 10, 256 << 10} {
		b.Run(byteSize(size), func(b *testing.B) {
			s := sse.New(sse.Config{})
			w := &memory{header: http.Header{}, flushed: make(chan struct{}, 1)}
			opened := make(chan *sse.Stream, 1)
			ended := make(chan error, 1)
			go func() {
				r := httptest.NewRequest(http.MethodGet, "/", nil)
				ended <- s.Serve(w, r, "0", func(st *sse.Stream) { opened <- st })
			}()
			<-w.flushed
			st := <-opened
			data := bytes.Repeat([]byte("x"), size)
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

func byteSize(n int) string {
	if n < 1<<10 {
		return "small"
	}
	if n < 64<<10 {
		return "medium"
	}
	return "large"
}

// BenchmarkIdleStream reports the memory of an open stream that has nothing to do, with
// its goroutines' stacks and without what net/http needs for the connection.
func BenchmarkIdleStream(b *testing.B) {
	const n = 2000
	for b.Loop() {
		s := sse.New(sse.Config{})
		ctx, cancel := context.WithCancel(context.Background())
		opened := make(chan struct{}, n)
		ended := make(chan error, n)
		requests := make([]*http.Request, n)
		writers := make([]*memory, n)
		for i := range n {
			requests[i] = httptest.NewRequest(http.MethodGet, "/", nil).WithContext(ctx)
			writers[i] = &memory{header: http.Header{}}
		}
		before := inUse()
		for i := range n {
			go func() {
				ended <- s.Serve(writers[i], requests[i], "0", func(*sse.Stream) { opened <- struct{}{} })
			}()
		}
		for range n {
			<-opened
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
}

func inUse() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
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
