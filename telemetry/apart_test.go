package telemetry_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/a-h/templ"
	templruntime "github.com/a-h/templ/runtime"
	"github.com/go-chi/chi/v5"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	api "go.opentelemetry.io/otel/trace"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/livetest"
	"github.com/sideband-go/sideband/query"
	"github.com/sideband-go/sideband/stash"
	"github.com/sideband-go/sideband/stash/stashtest"
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/telemetry"
	"github.com/sideband-go/sideband/uploads"
	"github.com/sideband-go/sideband/views"
)

var (
	step  = state.NewKey[int]("step").Durable()
	tools = query.NewKey[string]("tools")
	plans = uploads.New("plans", uploads.Config{MaxFiles: 2, MaxBytes: 1000})
)

// shop is a page whose work is apart from turns: it has a query, durable state and files.
type shop struct {
	load func(ctx context.Context) ([]string, error)
}

func (p shop) Mount(s *views.Socket, _ views.NoParams) error {
	step.SetDefault(s, func() int { return 1 })
	plans.Allow(s)
	tools.Keep(s, query.Live[string]{Load: func(ctx context.Context, _ query.Window) ([]string, error) { return p.load(ctx) }})
	return nil
}

func (shop) Step(s *views.Socket, _ views.NoParams) error {
	step.Update(s, func(n int) int { return n + 1 })
	return nil
}

func (shop) Forget(s *views.Socket, _ views.NoParams) error {
	s.ForgetDurable()
	return nil
}

func (shop) Again(s *views.Socket, _ views.NoParams) error {
	tools.Refetch(s)
	return nil
}

// Fail has a background task that fails.
func (shop) Fail(s *views.Socket, _ views.NoParams) error {
	views.Start(s, func(context.Context) (int, error) { return 0, errors.New(secret) }, shop.failed)
	return nil
}

func (shop) failed(*views.Socket, state.Result[int]) error { return nil }

func (shop) Chosen(*views.Socket, *uploads.Event) error { return nil }

func (shop) Render() templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		r := tools.Get(ctx)
		_, _ = fmt.Fprintf(w, `<p id="step">%d</p><p id="tools">%d %v</p>`, step.Get(ctx), len(r.Items), r.Err != nil)
		for _, b := range []struct {
			name string
			on   templ.OrderedAttributes
		}{{"Step", views.OnClick(ctx, shop.Step)}, {"Again", views.OnClick(ctx, shop.Again)}, {"Forget", views.OnClick(ctx, shop.Forget)}, {"Fail", views.OnClick(ctx, shop.Fail)}} {
			if err := button(ctx, w, b.name, b.on); err != nil {
				return err
			}
		}
		b := uploads.Bind(ctx, plans, shop.Chosen)
		_, _ = io.WriteString(w, `<label id="plans">Plans <input`)
		if err := templruntime.RenderAttributes(ctx, w, w, "input", b.AtOnce()); err != nil {
			return err
		}
		_, err := io.WriteString(w, "></label>")
		return err
	})
}

// openShop opens the page, with telemetry.
func openShop(t *testing.T, p shop, store stash.Store) *bench {
	t.Helper()
	return openShopFor(t, p, store, nil)
}

// openShopFor opens the page, whose telemetry goes to a provider of its own; nil: that of the requests.
func openShopFor(t *testing.T, p shop, store stash.Store, tracers *trace.TracerProvider) *bench {
	t.Helper()
	b := &bench{exporter: tracetest.NewInMemoryExporter()}
	b.tracers = trace.NewTracerProvider(trace.WithSyncer(b.exporter))
	if tracers == nil {
		tracers = b.tracers
	}
	site := livetest.Serve(t, b.site(t, p, store, tracers))
	site.Skip(livetest.Failures)
	b.page = site.Open("/shop/" + secret)
	return b
}

// shop has a kit with the page, which b observes from now on.
func (b *bench) shop(t *testing.T, p shop, store stash.Store) http.Handler {
	t.Helper()
	return b.site(t, p, store, b.tracers)
}

// site has a kit with a page, whose telemetry goes to a provider.
func (b *bench) site(t *testing.T, p views.View[views.NoParams], store stash.Store, tracers *trace.TracerProvider) http.Handler {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	b.kit = handlers.New(handlers.Config{Logger: log, Stash: handlers.Stash{Store: store}, Security: handlers.Security{Secrets: [][]byte{[]byte(strings.Repeat("s", 32))}}})
	b.reader = metric.NewManualReader()
	var err error
	if b.tele, err = telemetry.Start(b.kit, telemetry.Config{Tracers: tracers, Meters: metric.NewMeterProvider(metric.WithReader(b.reader)), Logger: log}); err != nil {
		t.Fatal(err)
	}
	r := chi.NewRouter()
	r.Use(requests(b.tracers), b.kit.Middleware)
	r.Handle("/shop/{room}", handlers.View(b.kit, p))
	r.Mount(b.kit.AssetsPath(), b.kit.Assets())
	return r
}

// await takes spans until there is one with a name, and returns it with all that were taken.
func (b *bench) await(t *testing.T, name string) (one tracetest.SpanStub, all tracetest.SpanStubs) {
	t.Helper()
	b.page.WaitFor("a span "+name, func() bool {
		all = append(all, b.take(t)...)
		for _, s := range all {
			if s.Name == name {
				one = s
				return true
			}
		}
		return false
	})
	return one, all
}

// expect compares attributes of a span.
func expect(t *testing.T, s tracetest.SpanStub, want map[string]string) {
	t.Helper()
	got := attributes(s)
	for key, value := range want {
		if got[key] != value {
			t.Errorf("%s: %s is %q, not %q", s.Name, key, got[key], value)
		}
	}
}

// linksTo fails unless a span belongs to no other one, and links to what has caused it.
func linksTo(t *testing.T, s, cause tracetest.SpanStub) {
	t.Helper()
	if s.Parent.IsValid() || len(s.Links) != 1 || s.Links[0].SpanContext.SpanID() != cause.SpanContext.SpanID() {
		t.Errorf("%s: parent %v, links %v, instead of one to %s", s.Name, s.Parent.IsValid(), s.Links, cause.Name)
	}
}

// Case 470: a load of a query has a span with how many rows there are, which links to what asks for it; what it calls is
// within it, and what brings its rows to the page links to it.
func TestSpansOfLoads(t *testing.T) {
	inside := make(chan api.SpanContext, 10)
	fail := false
	b := openShop(t, shop{load: func(ctx context.Context) ([]string, error) {
		inside <- api.SpanContextFromContext(ctx)
		if fail {
			return nil, errors.New(secret)
		}
		return []string{"saw", "plane"}, nil
	}}, nil)
	load, all := b.await(t, "load telemetry_test.shop.tools")
	linksTo(t, load, find(t, all, "mount telemetry_test.shop"))
	expect(t, load, map[string]string{"sideband.count": "2", "sideband.outcome": "ok", "sideband.method": "tools"})
	if (<-inside).SpanID() != load.SpanContext.SpanID() {
		t.Error("the load has not the context of its span")
	}
	fail = true
	b.page.Button("Again").Click()
	b.page.Wait("#tools", "2 true")
	load, all = b.await(t, "load telemetry_test.shop.tools")
	linksTo(t, load, find(t, all, "event telemetry_test.shop.Again"))
	expect(t, load, map[string]string{"sideband.count": "0", "sideband.outcome": "failed", "error.type": "failed", "http.route": "/shop/{room}"})
	if load.Status.Code != codes.Error {
		t.Error("a load that has failed is no error")
	}
	for _, s := range all {
		if strings.HasPrefix(s.Name, "message ") {
			linksTo(t, s, load)
			return
		}
	}
	t.Errorf("no message has brought what was loaded: %q", names(all))
}

// Case 470: a background task has a span, which links to what has started it.
func TestSpansOfTasks(t *testing.T) {
	b := openShop(t, shop{load: noTools}, nil)
	b.take(t)
	b.page.Button("Fail").Click()
	task, all := b.await(t, "task telemetry_test.shop.failed")
	linksTo(t, task, find(t, all, "event telemetry_test.shop.Fail"))
	expect(t, task, map[string]string{"sideband.outcome": "failed"})
}

func noTools(context.Context) ([]string, error) { return nil, nil }

// Case 471: the files of an event have a span, below that of its request, with their number and the bytes that came.
func TestSpansOfUploads(t *testing.T) {
	b := openShop(t, shop{load: noTools}, nil)
	b.take(t)
	b.page.Field("Plans").ChooseFiles(livetest.File{Name: secret, Content: secret}, livetest.File{Name: "b.txt", Content: "hello"})
	upload, all := b.await(t, "upload telemetry_test.shop")
	if request := find(t, all, "request POST"); upload.Parent.SpanID() != request.SpanContext.SpanID() {
		t.Error("the upload is no child of its request")
	}
	find(t, all, "event telemetry_test.shop.Chosen")
	expect(t, upload, map[string]string{"sideband.count": "2", "sideband.outcome": "ok", "http.route": "/shop/{room}"})
	if n := attributes(upload)["sideband.bytes"]; n == "" || n == "0" {
		t.Errorf("%q bytes", n)
	}
	text, err := json.Marshal(all)
	if err != nil || strings.Contains(string(text), secret) {
		t.Errorf("the spans have the name or the content of a file, or can't be written: %v", err)
	}
	b.page.Field("Plans").ChooseFiles(livetest.File{Name: "large.txt", Content: "x", Size: 4 << 20})
	upload, _ = b.await(t, "upload telemetry_test.shop")
	expect(t, upload, map[string]string{"sideband.outcome": "refused"})
}

// Case 472: durable state is read below its request, and recovered; a write links to the event that has changed it.
func TestSpansOfDurableState(t *testing.T) {
	store := &stashtest.Faulty{Store: new(stash.Memory)}
	b := openShop(t, shop{load: noTools}, store)
	b.take(t)
	b.page.Button("Step").Click()
	write, all := b.await(t, "stash.write telemetry_test.shop")
	linksTo(t, write, find(t, all, "event telemetry_test.shop.Step"))
	expect(t, write, map[string]string{"sideband.outcome": "ok", "sideband.count": "1"})
	b.page.AwaitSaved()

	b.page.Reload()
	read, all := b.await(t, "stash.read telemetry_test.shop")
	recovered := find(t, all, "stash.recover telemetry_test.shop")
	request := find(t, all, "request GET")
	for _, s := range []tracetest.SpanStub{read, recovered} {
		if s.Parent.SpanID() != request.SpanContext.SpanID() {
			t.Errorf("%s is no child of its request", s.Name)
		}
		expect(t, s, map[string]string{"sideband.outcome": "ok", "sideband.count": "1", "http.route": "/shop/{room}", "sideband.bytes": attributes(write)["sideband.bytes"]})
	}
	b.page.Expect("#step", "2")

	store.Fail(stashtest.ErrAway)
	b.page.Button("Step").Click()
	write, _ = b.await(t, "stash.write telemetry_test.shop")
	expect(t, write, map[string]string{"sideband.outcome": "failed", "error.type": "failed"})
	store.Mend()
	b.page.AwaitSaved()

	b.take(t)
	b.page.NewTab("/shop/other")
	read, all = b.await(t, "stash.read telemetry_test.shop")
	expect(t, read, map[string]string{"sideband.outcome": "ok", "sideband.count": "0"})
	if strings.Contains(fmt.Sprint(names(all)), "stash.recover") {
		t.Error("nothing was kept, and something is recovered")
	}
}

// Case 472: a state that the page itself keeps is written to it, and recovered from it.
func TestSpansOfStateInPages(t *testing.T) {
	b := openShop(t, shop{load: noTools}, nil)
	b.take(t)
	b.page.Button("Step").Click()
	b.page.Expect("#step", "2")
	write, all := b.await(t, "stash.write telemetry_test.shop")
	linksTo(t, write, find(t, all, "event telemetry_test.shop.Step"))
	b.page.AwaitSaved()
	b.take(t)
	b.page.Site().Restart(b.shop(t, shop{load: noTools}, nil))
	b.page.Wait("#step", "2")
	recovered, _ := b.await(t, "stash.recover telemetry_test.shop")
	expect(t, recovered, map[string]string{"sideband.outcome": "ok", "sideband.count": "1"})
}

// apart is a page with which everything was done that is apart from turns.
func apart(t *testing.T) *bench {
	t.Helper()
	b := openShop(t, shop{load: noTools}, new(stash.Memory))
	b.page.Field("Plans").ChooseFiles(livetest.File{Name: "b.txt", Content: "hello"})
	b.page.Button("Fail").Click()
	b.page.Button("Step").Click()
	b.page.AwaitSaved()
	b.page.Reload()
	b.page.Expect("#step", "2")
	b.page.Await()
	return b
}

// Case 470, 471, 472: what is apart from turns is in the metrics.
func TestMetricsApartFromTurns(t *testing.T) {
	all := apart(t).collect(t)
	for _, name := range []string{"sideband.task.duration", "sideband.upload.duration", "sideband.upload.size", "sideband.stash.duration", "sideband.stash.size"} {
		if _, ok := all[name]; !ok {
			t.Errorf("no %s", name)
		}
	}
}

// Names that the application gives are told as they are, also with dots: of loads, tasks and keys, and of the messages that
// bring their results.
func TestNamesWithDots(t *testing.T) {
	d := &desk{ref: make(chan views.Ref, 1)}
	b := open(t, d, handlers.Config{}, telemetry.Config{}, nil)
	ref := <-d.ref
	if err := ref.Load(t.Context(), "orders.list", func(context.Context) (int, error) { return 1, nil }); err != nil {
		t.Fatal(err)
	}
	if err := ref.Go("orders.export", func(context.Context) {}); err != nil {
		t.Fatal(err)
	}
	b.page.Button("Report").Click()
	b.page.Await()
	for name, method := range map[string]string{
		"load *telemetry_test.desk.orders.list": "orders.list", "task *telemetry_test.desk.orders.export": "orders.export",
		"task *telemetry_test.desk.orders.report": "orders.report", "message *telemetry_test.desk.orders.report": "orders.report",
	} {
		b.page.WaitFor("a span "+name, func() bool {
			if err := b.tele.Flush(t.Context()); err != nil {
				t.Fatal(err)
			}
			all := b.exporter.GetSpans() // not taken: one may come meanwhile
			i := slices.IndexFunc(all, func(s tracetest.SpanStub) bool { return s.Name == name })
			if i >= 0 {
				expect(t, all[i], map[string]string{"sideband.method": method})
			}
			return i >= 0
		})
	}
}
