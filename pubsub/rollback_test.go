package pubsub_test

import (
	"bufio"
	"context"
	"errors"
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"regexp"
	"testing"
	"time"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/pubsub"
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

type sums struct {
	topic   pubsub.Topic[int]
	ref     chan views.Ref
	started chan struct{}
	block   chan struct{}
}

var sum = state.NewKey[[]int]("sum")

func (p sums) Mount(s *views.Socket, _ views.NoParams) error {
	select {
	case p.ref <- s.Ref():
	default:
	}
	return pubsub.Subscribe(s, p.topic, sums.got)
}

func (p sums) got(s *views.Socket, n int) error {
	sum.Set(s, append(append([]int(nil), sum.Get(s)...), n))
	return nil
}

func (p sums) wait(*views.Socket, int) error {
	close(p.started)
	<-p.block
	return nil
}

func (sums) nothing(*views.Socket, int) error { return nil }

func (p sums) Render() templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, o io.Writer) error {
		l := sum.Get(ctx)
		if len(l) > 0 && l[len(l)-1] == 3 {
			return errors.New("3 can't be shown") // for the moment: a lookup that fails, say
		}
		_, err := io.WriteString(o, `<p id="n">`+string(rune('0'+len(l)))+`</p>`)
		return err
	})
}

var ticketRE = regexp.MustCompile(`"Sideband-Ticket":"([^"]+)"`)

// Messages of several publishers share a turn. If it cannot be rendered, all are rolled back, and the
// view is restarted, since it has lost them.
func TestMessagesOfATurnThatIsRolledBack(t *testing.T) {
	var bus pubsub.Bus
	p := sums{pubsub.NewTopic[int](&bus, "sums"), make(chan views.Ref, 4), make(chan struct{}), make(chan struct{})}
	kit := handlers.New(handlers.Config{Logger: slog.New(slog.DiscardHandler)})
	r := chi.NewRouter()
	r.Use(kit.Middleware)
	r.Handle("/", handlers.View(kit, p))
	srv := httptest.NewServer(r)
	defer srv.Close()
	jar, _ := cookiejar.New(nil)
	tr := &http.Transport{}
	defer tr.CloseIdleConnections()
	c := &http.Client{Jar: jar, Transport: tr}
	res, err := c.Get(srv.URL)
	if err != nil {
		t.Fatal(err)
	}
	b, _ := io.ReadAll(res.Body)
	res.Body.Close()
	req, _ := http.NewRequestWithContext(t.Context(), "GET", srv.URL+"/?sideband=stream", nil)
	req.Header.Set("Sideband-Ticket", ticketRE.FindStringSubmatch(html.UnescapeString(string(b)))[1])
	res, err = c.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	_, _ = bufio.NewReader(res.Body).ReadString('\n')
	ref := <-p.ref
	if err := views.Send(ref, sums.wait, 0); err != nil {
		t.Fatal(err)
	}
	<-p.started
	for n := 1; n <= 3; n++ {
		_ = p.topic.Publish(context.Background(), n)
	}
	close(p.block)
	waitFor(t, "the view to be restarted", func() bool {
		return errors.Is(views.Send(ref, sums.nothing, 0), views.ErrGone)
	})
	if n := bus.Stats().Lagged; n != 1 {
		t.Errorf("%d have lost messages", n)
	}
	sctx, done := context.WithTimeout(context.Background(), 10*time.Second)
	defer done()
	_ = kit.Shutdown(sctx)
}
