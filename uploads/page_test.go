package uploads_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"html"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/textproto"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/uploads"
	"github.com/sideband-go/sideband/views"
)

var quiet = slog.New(slog.DiscardHandler)

const patience = 30 * time.Second

// page has an upload that is sent at once, and one that is sent with its form.
type page struct {
	avatar, gallery *uploads.Upload
	taken           chan string // what Consume was given
	each            func()      // of the files that Save consumes
	saved           func()      // Save is over
	save            string      // where Save keeps the files that it consumes
	twice           bool        // Save consumes all twice
	fail            func() error
	breaks          func() error // of Render
}

func (p page) Mount(s *views.Socket, _ views.NoParams) error {
	p.avatar.Allow(s)
	p.gallery.Allow(s)
	return nil
}

// Chosen keeps what was chosen.
func (page) Chosen(*views.Socket, *uploads.Event) error { return nil }

// Save takes what is there.
func (p page) Save(s *views.Socket, f struct {
	Title string `form:"title"`
},
) error {
	if p.saved != nil {
		defer p.saved()
	}
	list := []*uploads.Upload{p.avatar, p.gallery}
	if p.twice {
		list = append(list, list...)
	}
	for _, u := range list {
		if err := u.Consume(s, func(file uploads.File) error {
			b, err := io.ReadAll(file)
			if u.Config().To != nil {
				err = nil // it can't be read here
			}
			if p.each != nil {
				p.each()
			}
			if p.save != "" {
				err = errors.Join(err, file.SaveAs(p.save))
			}
			p.taken <- fmt.Sprintf("%s %s %s %d %.20s", f.Title, file.Name, file.Type, len(b), b)
			return err
		}); err != nil {
			return err
		}
	}
	if p.fail != nil {
		return p.fail()
	}
	return nil
}

func (p page) Render() templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		if p.breaks != nil {
			if err := p.breaks(); err != nil {
				return err
			}
		}
		a, g := uploads.Bind(ctx, p.avatar, page.Chosen), uploads.Bind(ctx, p.gallery, page.Chosen)
		element(w, "form", a.Form())
		if err := a.Hidden("Upload").Render(ctx, w); err != nil {
			return err
		}
		element(w, "input", a.AtOnce())
		io.WriteString(w, "</form>")
		element(w, "form", uploads.Form(views.OnSubmit(ctx, page.Save)))
		if err := views.TicketField().Render(ctx, w); err != nil {
			return err
		}
		io.WriteString(w, `<input name="title" id="title">`)
		element(w, "input", g.Input())
		io.WriteString(w, `<button>Save</button></form><ul id="list">`)
		for _, b := range []struct {
			u *uploads.Upload
			b *uploads.Binding
		}{{p.avatar, a}, {p.gallery, g}} {
			for _, e := range b.u.Entries(ctx) {
				fmt.Fprintf(w, `<li id="%s">[%s|%s|%d|%v|%s]`, e.ID, templ.EscapeString(e.Name), e.Type, e.Size, e.Done, strings.Join(b.u.Errors(ctx, e), " "))
				if src := b.u.Preview(ctx, e); src != "" {
					element(w, "img", templ.OrderedAttributes{templ.KV[string, any]("src", src)})
				}
				element(w, "button", b.b.Cancel(e))
				io.WriteString(w, "Cancel</button></li>")
			}
		}
		io.WriteString(w, "</ul>")
		if p.avatar.IsCut(ctx) {
			element(w, "button", a.TryAgain())
			io.WriteString(w, "Try again</button>")
		}
		if p.gallery.IsCut(ctx) {
			io.WriteString(w, "<i>cut</i>")
		}
		for _, text := range append(p.avatar.Summary(ctx), p.gallery.Summary(ctx)...) {
			fmt.Fprintf(w, "<p>%s</p>", text)
		}
		if p := p.gallery.Progress(ctx); p != nil {
			fmt.Fprintf(w, `<p id="progress">(%d of %d, %v left)</p>`, p.Received, p.Total, p.Left)
		}
		return nil
	})
}

func element(w io.Writer, tag string, a templ.OrderedAttributes) {
	io.WriteString(w, "<"+tag)
	for _, v := range a {
		if on, ok := v.Value.(bool); ok {
			if on {
				io.WriteString(w, " "+v.Key)
			}
			continue
		}
		fmt.Fprintf(w, ` %s="%s"`, v.Key, templ.EscapeString(fmt.Sprint(v.Value)))
	}
	io.WriteString(w, ">")
}

// site is a server with the page.
type site struct {
	*httptest.Server
	kit   *handlers.Kit
	page  page
	store *uploads.Store
	dir   string
	guard atomic.Value // of a func(http.ResponseWriter, *http.Request) bool: the application's middleware
}

func newSite(t *testing.T, c handlers.Config, avatar, gallery uploads.Config) *site {
	t.Helper()
	s := &site{dir: t.TempDir()}
	s.store = uploads.NewStore(s.dir, 64<<20)
	for _, c := range []*uploads.Config{&avatar, &gallery} {
		if c.Store == nil {
			c.Store = s.store
		}
	}
	s.page = page{avatar: uploads.New("avatar", avatar), gallery: uploads.New("gallery", gallery), taken: make(chan string, 100)}
	if c.Logger == nil {
		c.Logger = quiet
	}
	s.kit = handlers.New(c)
	return s.start(t)
}

func (s *site) start(t *testing.T) *site {
	r := chi.NewRouter()
	r.Use(s.kit.Middleware, func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if from := r.Header.Get("Test-Address"); from != "" {
				r.RemoteAddr = from
			}
			if g, ok := s.guard.Load().(func(http.ResponseWriter, *http.Request) bool); !ok || g(w, r) {
				next.ServeHTTP(w, r)
			}
		})
	})
	r.Handle("/", handlers.View(s.kit, &s.page))
	s.Server = httptest.NewServer(r)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := s.kit.Shutdown(ctx); err != nil {
			t.Error(err)
		}
		s.Close()
		s.nothingLeft(t)
	})
	return s
}

// files lists what is in the store's folder.
func (s *site) files(t *testing.T) (list []string) {
	t.Helper()
	if err := filepath.WalkDir(s.dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			list = append(list, path)
		}
		if errors.Is(err, os.ErrNotExist) {
			return nil // it was removed meanwhile
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return list
}

func (s *site) nothingLeft(t *testing.T) {
	t.Helper()
	waitFor(t, "an empty folder", func() bool { return len(s.files(t)) == 0 && s.store.Bytes() == 0 })
}

func waitFor(t testing.TB, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !is(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("never: %s", what)
		}
	}
}

// ticketOf returns the ticket in a page.
func ticketOf(page string) string { return ticketIn.FindStringSubmatch(html.UnescapeString(page))[1] }

// client is a browser with an open page.
type client struct {
	t      testing.TB
	site   *site
	http   *http.Client
	ticket string
	html   string
	shown  string // patches since something was waited for
	from   string // its address; "": the connection's
}

var ticketIn = regexp.MustCompile(`"Sideband-Ticket":"([^"]+)"`)

func (s *site) open(t testing.TB) *client {
	t.Helper()
	jar, _ := cookiejar.New(nil)
	tr := &http.Transport{}
	t.Cleanup(tr.CloseIdleConnections)
	c := &client{t: t, site: s, http: &http.Client{Jar: jar, Transport: tr, Timeout: patience, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
	c.html = c.get("/")
	c.ticket = ticketOf(c.html)
	return c
}

func (c *client) get(path string) string {
	c.t.Helper()
	res, err := c.http.Get(c.site.URL + path)
	if err != nil {
		c.t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != 200 {
		c.t.Fatalf("GET %s: %d %v", path, res.StatusCode, err)
	}
	return string(b)
}

// part is a part of a body: a field, or a file.
type part struct{ field, file, content string }

// body makes a body of parts.
func body(parts ...part) (*bytes.Buffer, string) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for _, p := range parts {
		if p.file == "" {
			_ = w.WriteField(p.field, p.content)
			continue
		}
		h := textproto.MIMEHeader{}
		h.Set("Content-Disposition", fmt.Sprintf(`form-data; name="%s"; filename="%s"`, p.field, p.file))
		h.Set("Content-Type", "image/png") // which is not to be believed
		f, _ := w.CreatePart(h)
		_, _ = io.WriteString(f, p.content)
	}
	_ = w.Close()
	return &b, w.FormDataContentType()
}

// send posts a body to an event as htmx does, and returns the status and the patch.
func (c *client) send(event string, b io.Reader, kind string) (status int, patch string) {
	c.t.Helper()
	status, patch, err := c.try(event, b, kind)
	if err != nil {
		c.t.Fatal(err)
	}
	return status, patch
}

func (c *client) try(event string, b io.Reader, kind string) (status int, patch string, err error) {
	r, err := http.NewRequestWithContext(c.t.Context(), "POST", c.site.URL+"/?event="+event, b)
	if err != nil {
		return 0, "", err
	}
	r.Header.Set("Content-Type", kind)
	r.Header.Set("Sideband-Ticket", c.ticket)
	r.Header.Set("HX-Request", "true")
	r.Header.Set("Test-Address", c.from)
	res, err := c.http.Do(r)
	if err != nil {
		return 0, "", err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	return res.StatusCode, html.UnescapeString(string(text)), err
}

func (c *client) parts(event string, parts ...part) (int, string) {
	c.t.Helper()
	b, kind := body(parts...)
	return c.send(event, b, kind)
}

func (c *client) fields(event string, fields url.Values) (int, string) {
	c.t.Helper()
	return c.send(event, strings.NewReader(fields.Encode()), "application/x-www-form-urlencoded")
}

const png = "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x02\x00\x00\x00"
