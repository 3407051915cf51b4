package chaos_test

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"golang.org/x/net/html"

	"github.com/sideband-go/sideband/internal/htmxdom"
	"github.com/sideband-go/sideband/internal/tab"
	"github.com/sideband-go/sideband/internal/viewtest/orders"
)

// recovery is how long a page may take, once all is well, until it is live.
const recovery = 2 * time.Minute

// settle waits until all is well with a tab, as its user would see to it.
func (p *person) settle(ctx context.Context, pg *page) error {
	ctx, cancel := context.WithTimeout(ctx, recovery)
	defer cancel()
	pg.Show()
	p.network.awaitLate() // what comes late may change the view
	for try := 0; ; try++ {
		var live bool
		err := pg.Wait(ctx, func(v tab.View) bool {
			page := v.Document != nil && v.Document.ByID("sb-stream") != nil
			live = page && v.Live && !v.Busy() && pg.isCaughtUp()
			return !v.Loading && (live || !page)
		})
		switch {
		case err != nil:
			return fmt.Errorf("not live: %w\n%s", err, pg.describe())
		case live:
			return nil
		case try > 20:
			return fmt.Errorf("not live after %d attempts\n%s", try, pg.describe())
		default:
			if err := p.again(pg, try); err != nil {
				return err
			}
		}
	}
}

// again does what leads from a page that is not live to one that is.
func (p *person) again(pg *page, try int) error {
	strange := false
	pg.Read(func(v tab.View) { strange = v.Document != nil && v.Document.ByID("log-in-email") != nil })
	switch {
	case strange && try%2 == 1:
		return p.signIn(pg)
	case try == 0:
		return pg.Reload()
	}
	return pg.Goto(p.network.address + p.address())
}

func (pg *page) describe() string {
	var b strings.Builder
	pg.Read(func(v tab.View) {
		fmt.Fprintf(&b, "  %s loading %v live %v running %d waiting %d id %q err %v\n", v.URL, v.Loading, v.Live, v.Running, v.Waiting, v.LastID, v.Err)
		if v.Document != nil {
			if n := v.Document.ByID("sb-notice"); n != nil {
				fmt.Fprintf(&b, "  notice %q\n", htmxdom.Text(n))
			}
		}
	})
	pg.mu.Lock()
	defer pg.mu.Unlock()
	return b.String() + "  " + strings.Join(pg.trail, "\n  ")
}

// last changes a field of the page once more: after one event the controls, too, must
// show what the view says.
func (p *person) last(ctx context.Context, pg *page) error {
	field, text, want := "", "", ""
	pg.Read(func(v tab.View) {
		switch {
		case v.Document == nil:
		case v.Document.ByID("step") != nil:
			field, text, want = "step", strconv.Itoa(2000+p.random.IntN(1000)), "1000" // more than the view takes
		case v.Document.ByID("order-count") != nil:
			field, text, want = "order-count", strconv.Itoa(2000+p.random.IntN(1000)), strconv.Itoa(orders.MaxCount)
		case v.Document.ByID("draft") != nil:
			field, text = "draft", p.draft()
			want = text
		}
	})
	if field == "" {
		return nil
	}
	find := pg.notes(tab.First("#"+field), func(l *ledger, d *htmxdom.Document, _ *html.Node) {
		if field == "order-count" {
			l.write(field, text, numberIn(d), false)
		}
	})
	if err := pg.Change(find, text); err != nil {
		return err
	}
	if err := pg.Blur(); err != nil { // what has the focus is left alone
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	var shown string
	err := pg.Wait(ctx, func(v tab.View) bool {
		shown = ""
		if v.Document != nil && v.Document.ByID(field) != nil {
			shown = v.Document.Value(v.Document.ByID(field))
		}
		return !v.Busy() && shown == want || pg.member && (v.Document == nil || v.Document.ByID(field) == nil)
	})
	if err != nil {
		return fmt.Errorf("the field %s is %q after %q was put in: %w\n%s", field, shown, text, err, pg.describe())
	}
	return nil
}

// compare asks the view what it renders, and compares it with what the page shows. The
// one who asks takes the page's stream over, after all that the stream carries.
func (p *person) compare(ctx context.Context, pg *page) error {
	var address, ticket string
	pg.Read(func(v tab.View) {
		address, ticket = v.URL, ticketOf(v)
	})
	pg.mu.Lock()
	pg.asked = true
	pg.mu.Unlock()
	for range 10 {
		truth, err := ask(ctx, p.client, address, ticket)
		if errors.Is(err, io.EOF) {
			p.t.Logf("%s: the page took its view back before it was told, by a connection that came late", p.name)
			continue
		}
		if err != nil {
			return fmt.Errorf("truth: %w\n%s", err, pg.describe())
		}
		var shown string
		limit, cancel := context.WithTimeout(ctx, 5*time.Second)
		err = pg.Wait(limit, func(v tab.View) bool {
			if v.Document == nil || v.Document.ByID("sb-stream") != nil {
				return false
			}
			shown = content(v.Document)
			return true
		})
		cancel()
		if err == nil {
			err := differ(shown, truth, pg.describe)
			if err != nil && strings.Contains(address, productsPath) && p.network.world.market.isOpen() {
				return nil // somebody may have changed them between the two
			}
			return err
		}
		// The page's stream broke off just then, so it has the view back by now.
	}
	return fmt.Errorf("the stream is not taken over\n%s", pg.describe())
}

func differ(shown, truth string, describe func() string) error {
	if shown == truth {
		return nil
	}
	i := 0
	for i < min(len(shown), len(truth)) && shown[i] == truth[i] {
		i++
	}
	from := max(0, i-120)
	return fmt.Errorf("the page shows (%d bytes)\n  …%.400s\nand the view renders (%d bytes)\n  …%.400s\n%s",
		len(shown), shown[from:], len(truth), truth[from:], describe())
}

// isCaughtUp reports whether the page's connection has brought its first message. What the page had missed
// comes with it; another connection would take its place before that.
func (pg *page) isCaughtUp() bool {
	pg.mu.Lock()
	defer pg.mu.Unlock()
	caughtUp := true // if that was long ago
	for _, step := range pg.trail {
		switch {
		case strings.Contains(step, " connected "):
			caughtUp = false
		case strings.Contains(step, `id=\"sb-lost\"`):
			caughtUp = true
		}
	}
	return caughtUp
}

func ticketOf(v tab.View) string {
	if v.Document == nil {
		return ""
	}
	set, _ := htmxdom.Attr(v.Document.Body(), "hx-headers:inherited")
	return ticketIn(set)
}

// ticketIn reads a page's ticket from the attribute that holds it.
func ticketIn(set string) string {
	var headers map[string]string
	_ = json.Unmarshal([]byte(set), &headers) // without a ticket the server says what is wrong
	return headers["Sideband-Ticket"]
}

// ask connects to a view with an id that means nothing, so that it renders all of itself. A view that asks for
// what was typed in its forms is told that there are none: it renders at once.
func ask(ctx context.Context, client *http.Client, address, ticket string) (string, error) {
	path, _, _ := strings.Cut(address, "?")
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, path+"?sideband=stream", nil)
	if err != nil {
		return "", err
	}
	r.Header.Set("HX-Current-URL", address) // as htmx does: the view may be gone, which knows where the page is
	r.Header.Set("Sideband-Ticket", ticket)
	r.Header.Set("Last-Event-ID", "x")
	res, err := client.Do(r)
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return "", fmt.Errorf("%s", res.Status)
	}
	in := bufio.NewReader(res.Body)
	var data []string
	var refusal error
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return "", cmp.Or(refusal, err)
		}
		line = strings.TrimSuffix(line, "\n")
		if text, ok := strings.CutPrefix(line, "data: "); ok {
			data = append(data, text)
		}
		if line == "" {
			if message := strings.Join(data, "\n"); strings.Contains(message, wholeMark) {
				return applied(message)
			} else if gone := noForm.FindAllStringSubmatch(message, -1); len(gone) > 0 {
				for _, m := range gone {
					if err := tell(client, r, html.UnescapeString(m[1])); err != nil {
						return "", err
					}
				}
			} else if strings.Contains(message, `id="sb-stream" hx-swap="delete"`) && !strings.Contains(message, takenOver) {
				refusal = fmt.Errorf("refused: %s", message) // to a member who has signed in anew in another tab, say
			}
			data = nil
		}
	}
}

// noForm finds the addresses by which a page says that it does not have a form.
var noForm = regexp.MustCompile(`<i hx-post="([^"]*recover=[^"]*)"`)

// tell sends an event without fields, of the page that has sent another request.
func tell(client *http.Client, page *http.Request, address string) error {
	to, err := page.URL.Parse(address)
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(page.Context(), http.MethodPost, to.String(), nil)
	if err != nil {
		return err
	}
	r.Header.Set("HX-Request", "true")
	for _, name := range []string{"Sideband-Ticket", "HX-Current-URL"} {
		r.Header.Set(name, page.Header.Get(name))
	}
	res, err := client.Do(r)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode >= http.StatusBadRequest {
		return fmt.Errorf("%s: %s", address, res.Status)
	}
	return nil
}

// wholeMark is in the message that brings a whole view.
const wholeMark = `id="sb-view"`

// applied is what a message that brings a whole view makes of an empty page.
func applied(message string) (string, error) {
	d, err := htmxdom.Parse(`<!doctype html><body><main id="sb-view"></main></body>`)
	if err != nil {
		return "", err
	}
	if !strings.Contains(message, wholeMark) {
		return "", fmt.Errorf("no whole view: %.300q", message)
	}
	if err := d.Apply(message); err != nil {
		return "", err
	}
	return content(d), nil
}

// content is what is in a page's view. Of controls that send events it is what they show, whatever their HTML
// says: an event that has told the view of it brings no patch.
func content(d *htmxdom.Document) string {
	root := d.ByID("sb-view")
	if root == nil {
		return ""
	}
	var b strings.Builder
	for n := range root.ChildNodes() {
		b.WriteString(d.NodeHTML(n))
	}
	text := noScript.ReplaceAllString(b.String(), "")
	text = boundTag.ReplaceAllStringFunc(text, func(tag string) string { return shownIn.ReplaceAllString(tag, "") })
	text = boundText.ReplaceAllString(text, "$1")
	text = chosen.ReplaceAllString(text, "$1")
	text = strings.ReplaceAll(text, ` autofocus=""`, "") // a page has it as it was served; a view that is shown again leaves it out
	b.Reset()
	b.WriteString(text)
	for _, n := range d.Find("#sb-view input[hx-post], #sb-view textarea[hx-post], #sb-view select[hx-post]") {
		if n.Data == "select" {
			fmt.Fprintf(&b, "\n%q", d.Selected(n))
		} else {
			fmt.Fprintf(&b, "\n%q %v", d.Value(n), d.Checked(n))
		}
	}
	return b.String()
}

var (
	// noScript is what only browsers without JavaScript show. A page has it as it was served; a view does not render it again.
	noScript = regexp.MustCompile(`(?s)<noscript>.*?</noscript>`)

	boundTag  = regexp.MustCompile(`<input [^>]*hx-post=[^>]*>`)
	shownIn   = regexp.MustCompile(` (?:value="[^"]*"|checked="")`)
	chosen    = regexp.MustCompile(`(<option(?: [^>]*)?) selected=""`)
	boundText = regexp.MustCompile(`(<textarea [^>]*hx-post=[^>]*>)[^<]*`)
)
