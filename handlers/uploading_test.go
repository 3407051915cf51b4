package handlers

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sideband-go/sideband/internal/live"
	"github.com/sideband-go/sideband/internal/session"
)

// Case 511: the bytes of a session's uploads count in the minute in which they come, however long an upload takes and
// however many run at once. What is more waits for the next minute.
func TestBytesCountInTheMinuteInWhichTheyCome(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const perMinute, each = 1 << 20, 2 << 20
		u := &uploads{atOnce: 9, ofSession: 4, bytes: perMinute, sessions: map[session.ID]*sessionUploads{}, networks: map[string]int{}}
		from := uploader{session: session.ID{1}, network: "n"}
		begun := time.Now()
		done := make(chan int64, 4)
		for range 4 {
			if !u.begin(from, time.Now()) {
				t.Fatal("refused")
			}
		}
		for range 4 {
			b := &partsBody{
				body: bytes.NewReader(make([]byte, each)), view: &live.View{}, control: http.NewResponseController(httptest.NewRecorder()), begun: begun,
				most: 1 << 40, patience: time.Second, longest: time.Hour, length: -1, ctx: t.Context(),
				counts: func(n int) time.Duration { return u.count(from, n, time.Now()) },
			}
			go func() {
				defer u.end(from)
				n, err := io.Copy(io.Discard, io.MultiReader(b))
				if err != nil {
					t.Error(err)
				}
				done <- n
			}()
		}
		synctest.Wait()
		if u.begin(uploader{session: session.ID{1}, network: "other"}, time.Now()) {
			t.Error("another one begins")
		}
		for range 4 {
			if n := <-done; n != each {
				t.Errorf("%d bytes have come", n)
			}
		}
		if took := time.Since(begun); took < 6*time.Minute || took > 9*time.Minute {
			t.Errorf("8 MiB took %v at 1 MiB a minute", took)
		}
		time.Sleep(time.Minute)
		if n := u.sweep(time.Now()); n != 0 {
			t.Errorf("%d sessions are remembered", n)
		}
	})
}

// A request that is given up does not wait for its minute.
func TestAnUploadThatWaitsIsGivenUp(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	b := &partsBody{
		body: bytes.NewReader(make([]byte, 10)), view: &live.View{}, control: http.NewResponseController(httptest.NewRecorder()),
		most: 1 << 40, length: -1, ctx: ctx, pause: time.Minute,
	}
	cancel()
	if n, err := b.Read(make([]byte, 10)); n != 0 || err == nil {
		t.Errorf("%d bytes, %v", n, err)
	}
}
