package forms_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/forms"
	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/internal/viewtest/signup"
	"github.com/sideband-go/sideband/livetest"
	"github.com/sideband-go/sideband/views"
)

// raw is a page of a client that posts what it likes, and has no connection: answers carry the patches.
type raw struct {
	t                    *testing.T
	site                 http.Handler
	cookie, ticket, html string
}

var ticketIn = regexp.MustCompile(`"Sideband-Ticket":"([^"]+)"`)

func openRaw(t *testing.T, site http.Handler) *raw {
	t.Helper()
	p := &raw{t: t, site: site}
	w := p.do(http.MethodGet, "/", nil)
	p.html = w.Body.String()
	m := ticketIn.FindStringSubmatch(html.UnescapeString(p.html))
	if m == nil || len(w.Result().Cookies()) == 0 {
		t.Fatalf("GET /: %d %s", w.Code, p.html)
	}
	c := w.Result().Cookies()[0]
	p.ticket, p.cookie = m[1], c.Name+"="+c.Value
	return p
}

func (p *raw) do(method, query string, fields url.Values, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequestWithContext(p.t.Context(), method, query, strings.NewReader(fields.Encode()))
	r.Host = "localhost"
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Cookie", p.cookie)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	p.site.ServeHTTP(w, r)
	return w
}

// post sends an event from the element, such as "input#signup-name".
func (p *raw) post(event, element string, fields url.Values) *httptest.ResponseRecorder {
	return p.do(http.MethodPost, "/?event="+event, fields, "Sideband-Ticket", p.ticket, "HX-Request", "true", "HX-Source", element)
}

var numberIn = regexp.MustCompile(`name="sb-form" value="([^"]*)"`)

// number is that of the page's form.
func (p *raw) number() string {
	p.t.Helper()
	m := numberIn.FindStringSubmatch(p.html)
	if m == nil {
		p.t.Fatalf("no number in %s", p.html)
	}
	return m[1]
}

// Notes are texts without a bound of their own.
type Notes struct {
	A     string `form:"a"`
	B     string `form:"b"`
	C     string `form:"c"`
	D     string `form:"d"`
	E     string `form:"e"`
	Count int    `form:"count"`
	Sizes []int  `form:"sizes"`
	Kept  string `form:"-" validate:"max=3"`
}

var notesForm = forms.New[Notes]("notes", forms.WithValidator(moody{forms.Rules(nil)}))

// moody is a validator that does what the field c says.
type moody struct{ forms.Validator }

func (m moody) Validate(ctx context.Context, data any) ([]forms.Problem, error) {
	switch data.(*Notes).C {
	case "error":
		return nil, errors.New("a secret of the database")
	case "panic":
		panic("a secret of the database")
	}
	return m.Validator.Validate(ctx, data)
}

// notes is a page with a form.
type notes struct{ kept string }

func (p notes) Mount(s *views.Socket, _ views.NoParams) error {
	notesForm.Set(s, Notes{Kept: p.kept})
	return nil
}
func (notes) Change(*views.Socket, *forms.Form[Notes]) error     { return nil }
func (notes) Save(*views.Socket, *forms.Submission[Notes]) error { return nil }
func (notes) Render() templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		f := notesForm.Get(ctx)
		ctx = templ.WithChildren(ctx, templ.Join(
			forms.Summary(f, "Wrong:"), forms.Password(f.Field(&f.Data.A), ""), forms.Password(f.Field(&f.Data.B), ""),
			forms.Text(f.Field(&f.Data.C), "Mood"), forms.Number(f.Field(&f.Data.Count), "Count"), forms.Errors(f.Field(&f.Data.Sizes)),
			templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
				_, err := fmt.Fprintf(w, "<p>holds %d</p>", len(f.Data.A)+len(f.Data.B)+len(f.Data.C)+len(f.Data.D)+len(f.Data.E))
				return err
			}),
		))
		return forms.For(notesForm, notes.Save, notes.Change).Render(ctx, w)
	})
}

// serve serves a page at its root.
func serve[Q any](page views.View[Q]) http.Handler {
	kit := handlers.New(handlers.Config{
		Logger: slog.New(slog.DiscardHandler), Security: handlers.Security{Secrets: [][]byte{bytes.Repeat([]byte("s"), 32)}},
	})
	r := chi.NewRouter()
	r.Use(kit.Middleware)
	r.Mount(kit.AssetsPath(), kit.Assets())
	r.Handle("/", handlers.View(kit, page))
	return r
}

// Case 14. Fields that are not posted stay: posted one after the other they are no more than one event, and a bound.
func TestWhatAFormHoldsIsBounded(t *testing.T) {
	p := openRaw(t, serve(notes{}))
	text := strings.Repeat("x", 700<<10)
	var statuses []int
	last := ""
	for _, name := range []string{"a", "b", "c", "d", "e"} {
		w := p.post("Change", "input#notes-a", url.Values{"sb-form": {p.number()}, name: {text}})
		statuses = append(statuses, w.Code)
		last = w.Body.String()
	}
	if got := fmt.Sprint(statuses); got != "[200 200 413 413 413]" || !strings.Contains(last, "could not be read") {
		t.Errorf("answered %s, the last one with %.300s", got, last)
	}
	w := p.post("Change", "input#notes-a", url.Values{"sb-form": {p.number()}, "a": {"1"}, "b": {"2"}})
	if want := "holds 2</p>"; w.Code != 200 || !strings.Contains(w.Body.String(), want) && !strings.Contains(w.Body.String(), "holds 2<") {
		t.Errorf("the form does not go on: %d %s", w.Code, w.Body)
	}
}

// What is kept of a body is what the form has of it.
func TestAFormDoesNotKeepWhatWasPostedWithIt(t *testing.T) {
	heap := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	var kept []*forms.Form[goods]
	before := heap()
	for i := range 20 {
		fields, err := url.ParseQuery(fmt.Sprintf("name=n%d&count=12x&sb-rows=places=4&places[4].street=here&places[4].phones=&tags=t&junk=%s", i, strings.Repeat("x", 1<<20)))
		if err != nil {
			t.Fatal(err)
		}
		kept = append(kept, decode(t, fields))
	}
	if n := int64(heap()) - int64(before); n > 4<<20 {
		t.Errorf("20 small forms keep %d bytes", n)
	}
	runtime.KeepAlive(kept)
}

// Who says that a field of a row was left that is not there yet does not make its errors show early.
func TestAFieldThatIsNotThereIsNotUsed(t *testing.T) {
	p := openRaw(t, site(&signup.Users{}))
	v := url.Values{"sb-form": {p.number()}, "sb-rows": {"addresses=0"}}
	for _, id := range []string{"signup-addresses-1-street", "signup-addresses-999999999-street", "signup-nothing", "signup-", "signup-addresses-x-street"} {
		if w := p.post("Change", "input#"+id, v); w.Code != 200 && w.Code != 204 {
			t.Errorf("%s: %d %s", id, w.Code, w.Body)
		}
	}
	v.Set("sb-row", "add addresses")
	w := p.post("Save", "form#signup", v)
	if body := w.Body.String(); !strings.Contains(body, "signup-addresses-1-street") || strings.Contains(body, "blank") {
		t.Errorf("a new row: %d %s", w.Code, body)
	}
}

// A page's number counts after a remount, if it can be one.
func TestANumberIsNoLongerThanNumbersAre(t *testing.T) {
	for number, status := range map[string]int{"": 200, strings.Repeat("A", 28): 200, strings.Repeat("A", 29): 409, strings.Repeat("A", 900_000): 409} {
		p := openRaw(t, lasting(&signup.Users{}, &[]string{}))
		p.site = lasting(&signup.Users{}, &[]string{})
		w := p.post("Change", "input#signup-name", url.Values{"sb-form": {"signup." + number}, "name": {"Ann"}})
		if w.Code != status {
			t.Errorf("a number of %d bytes is answered %d", len(number), w.Code)
		}
		if len(w.Body.String()) > 100_000 {
			t.Errorf("a number of %d bytes is sent back", len(number))
		}
	}
}

// A field that was not posted keeps what was typed into it, and what is wrong with that; so does a form that could
// not be read.
func TestWhatWasTypedStaysWhereItIsNotPosted(t *testing.T) {
	p := openRaw(t, serve(notes{}))
	v := url.Values{"sb-form": {p.number()}, "count": {"12x"}}
	if w := p.post("Change", "input#notes-count", v); !strings.Contains(w.Body.String(), "must be a number") {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	v.Del("count")
	many := url.Values{"sb-form": {p.number()}}
	for i := range 900 { // within the kit's bound, and with a name that makes it unreadable
		many.Set(fmt.Sprint("n", i), "x")
	}
	many.Set("a[", "x")
	for what, fields := range map[string]url.Values{"another field": v, "an unreadable one": many} {
		w := p.post("Change", "input#notes-a", fields)
		page := p.do(http.MethodGet, p.back(), nil).Body.String()
		if !strings.Contains(page, `value="12x"`) || !strings.Contains(page, "must be a number") {
			t.Errorf("%s (%d): the page shows %s", what, w.Code, page)
		}
	}
}

// back is the address at which the page is served again.
func (p *raw) back() string {
	p.t.Helper()
	w := p.do(http.MethodPost, "/?event=Change", url.Values{"sb-ticket": {p.ticket}})
	if w.Code != http.StatusSeeOther {
		p.t.Fatalf("%d %s", w.Code, w.Body)
	}
	return "/" + w.Header().Get("Location")
}

// What is wrong with several items of a list is said once.
func TestAListSaysOnceThatItDoesNotParse(t *testing.T) {
	f := decode(t, url.Values{"name": {"a"}, "numbers": {"1", "x", "y", "3"}})
	if got := problems(t, f, &f.Data.Numbers); got != "must be a number" || fmt.Sprint(f.Data.Numbers) != "[1 3]" {
		t.Errorf("%v: %q", f.Data.Numbers, got)
	}
}

// The notice of a form that can't be read says so, whatever else is wrong with it.
func TestTheNoticeIsOfWhatIsRefused(t *testing.T) {
	p := openRaw(t, serve(notes{kept: "long"}))
	w := p.post("Change", "input#notes-a", url.Values{"sb-form": {p.number()}, "a[": {"x"}})
	notice := regexp.MustCompile(`<hx-partial id="sb-notice"[^>]*>([^<]*)<`).FindStringSubmatch(w.Body.String())
	if w.Code != 400 || notice == nil || notice[1] != "The form could not be read. Please reload the page." {
		t.Errorf("%d %q: %s", w.Code, notice, w.Body)
	}
}

// Case 185. A validator that fails, because of a database say, loses nothing that was typed.
func TestAValidatorThatFailsLosesNothing(t *testing.T) {
	for _, mood := range []string{"error", "panic"} {
		page := livetest.Open(t, serve(notes{}), "/")
		page.Skip(livetest.Failures)
		form := page.Form("notes")
		form.Fill("Count", "12x")
		form.Fill("Mood", mood)
		if got := page.Find("#sb-notice").Text(); got != "Something went wrong. Please try again." {
			t.Errorf("%s: the notice is %q", mood, got)
		}
		form.Submit()
		if count, c := page.Field("Count").Value(), page.Field("Mood").Value(); count != "12x" || c != mood {
			t.Errorf("%s: the page shows %q and %q", mood, count, c)
		}
		form.Fill("Mood", "good")
		form.ExpectError("Count", "must be a number")
	}
}

// Without JavaScript the page that is served again shows it, too.
func TestAValidatorThatFailsWithoutScripts(t *testing.T) {
	p := openRaw(t, serve(notes{}))
	w := p.do(http.MethodPost, "/?event=Save", url.Values{"sb-ticket": {p.ticket}, "sb-form": {p.number()}, "count": {"12x"}, "c": {"error"}})
	page := p.do(http.MethodGet, "/"+w.Header().Get("Location"), nil).Body.String()
	if !strings.Contains(page, `value="12x"`) || !strings.Contains(page, `value="error"`) || !strings.Contains(page, "Something went wrong") || strings.Contains(page, "secret") {
		t.Errorf("%d: %s", w.Code, page)
	}
}

// A text on which its type panics stays as typed.
func TestATypeThatPanicsLosesNothing(t *testing.T) {
	f, err := goodsForm.Decode(t.Context(), url.Values{"even": {"panic"}, "name": {"Ann"}})
	if err == nil || f.Field(&f.Data.Even).Value != "panic" || f.Data.Name != "Ann" {
		t.Errorf("%v: %q", err, f.Field(&f.Data.Even).Value)
	}
}
