package uploads_test

import (
	"fmt"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"runtime/metrics"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/uploads"
)

// zeros is an endless file.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// manyFiles streams a body of files.
func manyFiles(n int, size int64) (io.Reader, string) {
	r, w := io.Pipe()
	m := multipart.NewWriter(w)
	go func() {
		for i := range n {
			f, _ := m.CreateFormFile("gallery", fmt.Sprint(i))
			_, _ = io.CopyN(f, zeros{}, size)
		}
		_ = m.Close()
		w.Close()
	}()
	return r, m.FormDataContentType()
}

const benchSize = 50 << 20

// BenchmarkUpload is a file of 50 MB through the kit, into a temporary file.
func BenchmarkUpload(b *testing.B) {
	u := uploads.New("gallery", uploads.Config{MaxFiles: 20, MaxBytes: benchSize, Store: uploads.NewStore(b.TempDir(), 4<<30)})
	p := &page{avatar: uploads.New("avatar", uploads.Config{}), gallery: u}
	kit := handlers.New(handlers.Config{Logger: slog.New(slog.DiscardHandler), Limits: handlers.Limits{SessionUploadBytes: 1 << 50}})
	r := chi.NewRouter()
	r.Use(kit.Middleware)
	r.Handle("/", handlers.View(kit, p))
	s := &site{Server: httptest.NewServer(r)}
	defer s.Close()
	c := s.open(b)
	for _, n := range []int{1, 20} {
		b.Run(fmt.Sprintf("files=%d", n), func(b *testing.B) {
			b.SetBytes(int64(n) * benchSize)
			peak := peakHeap(b)
			for b.Loop() {
				body, kind := manyFiles(n, benchSize)
				if status, text := c.send("Chosen", body, kind); status >= 300 {
					b.Fatalf("answered %d %s", status, text)
				}
				c.fields("Chosen", map[string][]string{"sb-cancel": {"gallery.all"}})
			}
			b.ReportMetric(float64(peak())/(1<<20), "peak-MB")
		})
	}
}

// peakHeap watches how much the heap grows by.
func peakHeap(b *testing.B) func() uint64 {
	runtime.GC()
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(sample)
	before, most := sample[0].Value.Uint64(), uint64(0)
	stop, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for {
			select {
			case <-stop:
				return
			default:
			}
			metrics.Read(sample)
			most = max(most, sample[0].Value.Uint64())
			time.Sleep(time.Millisecond)
		}
	}()
	return func() uint64 { close(stop); <-done; return most - min(before, most) }
}

// BenchmarkCopy is the same body to the same place by bare net/http: as it is, and its parts.
func BenchmarkCopy(b *testing.B) {
	for name, part := range map[string]func(r *http.Request) (io.Reader, error){
		"body": func(r *http.Request) (io.Reader, error) { return r.Body, nil },
		"part": func(r *http.Request) (io.Reader, error) {
			m, err := r.MultipartReader()
			if err != nil {
				return nil, err
			}
			return m.NextPart()
		},
	} {
		b.Run(name, func(b *testing.B) {
			path := filepath.Join(b.TempDir(), "file")
			s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				src, err := part(r)
				if err != nil {
					b.Error(err)
					return
				}
				f, err := os.Create(path)
				if err == nil {
					_, err = io.Copy(f, src)
					f.Close()
				}
				if err != nil {
					b.Error(err)
				}
			}))
			defer s.Close()
			b.SetBytes(benchSize)
			for b.Loop() {
				body, kind := manyFiles(1, benchSize)
				res, err := http.Post(s.URL, kind, body)
				if err != nil {
					b.Fatal(err)
				}
				res.Body.Close()
			}
		})
	}
}
