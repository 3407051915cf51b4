package stash_test

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/stash/internal/shop"
)

// traveller is a page that goes from process to process. Each has a clock of its own.
type traveller struct {
	cookies []*http.Cookie
	ticket  string
	state   string // that the page has
	step    string // that it shows
}

func (p *traveller) request(ctx context.Context, method, query string, fields url.Values) *http.Request {
	r := httptest.NewRequestWithContext(ctx, method, "http://localhost/"+query, strings.NewReader(fields.Encode()))
	for _, c := range p.cookies {
		r.AddCookie(c)
	}
	if p.ticket != "" {
		r.Header.Set("Sideband-Ticket", p.ticket)
		r.Header.Set("HX-Request", "true")
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return r
}

// use opens the page, or comes back with it, in a process whose clock is ahead by so much, and goes one step on.
func (p *traveller) use(t *testing.T, ahead time.Duration) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { // which begins when all do
		time.Sleep(ahead)
		k := newKit(handlers.Stash{})
		site := shop.Site(k)
		ask := func(r *http.Request, want int) *httptest.ResponseRecorder {
			w := httptest.NewRecorder()
			if site.ServeHTTP(w, r); w.Code != want {
				t.Errorf("%v ahead: %s %s is answered %d %s", ahead, r.Method, r.URL, w.Code, w.Body)
			}
			return w
		}
		if p.ticket == "" {
			w := ask(p.request(t.Context(), http.MethodGet, "", nil), http.StatusOK)
			p.cookies, p.ticket = w.Result().Cookies(), ticketPattern.FindStringSubmatch(w.Body.String())[1]
		} else {
			ask(p.request(t.Context(), http.MethodPost, "?stash=", url.Values{"sb-stash": {p.state}}), http.StatusNoContent)
		}
		ctx, cancel := context.WithCancel(t.Context())
		w := &wire{header: http.Header{}}
		go site.ServeHTTP(w, p.request(ctx, http.MethodGet, "?sideband=stream", nil))
		synctest.Wait()
		ask(p.request(t.Context(), http.MethodPost, "?event=Next", nil), http.StatusNoContent)
		time.Sleep(2 * time.Second)
		if err := k.Shutdown(t.Context()); err != nil {
			t.Error(err)
		}
		cancel()
		synctest.Wait()
		text := w.String()
		if all := statePattern.FindAllStringSubmatch(text, -1); all != nil {
			p.state = all[len(all)-1][1]
		}
		if all := regexp.MustCompile(`Step \d+`).FindAllString(text, -1); all != nil {
			p.step = all[len(all)-1]
		}
		if s := k.Stats(); s.StashFailed != 0 {
			t.Errorf("%v ahead: %+v", ahead, s)
		}
	})
}

// wire is a connection that a test reads.
type wire struct {
	header http.Header
	mu     sync.Mutex
	text   bytes.Buffer
}

func (w *wire) Header() http.Header { return w.header }
func (w *wire) WriteHeader(int)     {}
func (w *wire) Flush()              {}

func (w *wire) SetWriteDeadline(time.Time) error { return nil }

func (w *wire) Write(b []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.Write(b)
}

func (w *wire) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.String()
}

// Case 528. A page goes from process to process whose clocks differ by up to five minutes, one way and the other: what it keeps
// itself is used as if they were the same, and the newest counts, whatever the clocks say.
func TestClocksThatDiffer(t *testing.T) {
	t.Parallel()
	const most = 5*time.Minute - 10*time.Second
	for name, clocks := range map[string][]time.Duration{
		"back and forth": {most, 0, most, 0}, "forth and back": {0, most, 0, most}, "the same": {0, 0, 0, 0},
	} {
		p := &traveller{}
		for i, ahead := range clocks {
			p.use(t, ahead)
			if want := "Step " + string(rune('2'+i)); p.step != want {
				t.Errorf("%s: the page shows %q after %d processes, and not %q", name, p.step, i+1, want)
			}
		}
	}
}
