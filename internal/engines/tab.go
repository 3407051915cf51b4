package engines

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
)

// Patience is how long a tab waits for what is to happen.
const Patience = 20 * time.Second

// Tab is a tab that a test uses. What can't be done fails the test.
type Tab struct {
	t       testing.TB
	d       driver
	allowed []string
}

// Open opens an address in a tab, which is closed at the end of the test. It fails then if the page has logged errors.
func Open(t testing.TB, b Browser, url string) *Tab {
	t.Helper()
	d, err := b.open(t.Context())
	return newTab(t, d, err, url)
}

func newTab(t testing.TB, d driver, err error, url string) *Tab {
	t.Helper()
	tab := &Tab{t: t, d: d}
	tab.must(err)
	t.Cleanup(func() {
		tab.checkErrors()
		ctx, cancel := context.WithTimeout(context.Background(), Patience)
		defer cancel()
		_ = d.close(ctx) // the browser may have ended
	})
	tab.Go(url)
	return tab
}

// NewTab opens another tab with the same cookies.
func (p *Tab) NewTab(url string) *Tab {
	p.t.Helper()
	d, err := p.d.(interface {
		sibling(ctx context.Context) (driver, error)
	}).sibling(p.t.Context())
	return newTab(p.t, d, err, url)
}

// ToFront brings the tab to the front. Of Firefox, only the newest tab or the one in front is visible.
func (p *Tab) ToFront() {
	p.t.Helper()
	ctx, cancel := p.within()
	defer cancel()
	p.must(p.d.activate(ctx))
}

// AllowErrors lets the page log errors that contain one of these texts.
func (p *Tab) AllowErrors(texts ...string) { p.allowed = append(p.allowed, texts...) }

func (p *Tab) checkErrors() {
	p.t.Helper()
next:
	for _, e := range p.d.errors() {
		for _, a := range p.allowed {
			if strings.Contains(e, a) {
				continue next
			}
		}
		p.t.Errorf("engines: the page logged an error: %.500s", e)
	}
}

func (p *Tab) must(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
}

// within is the context of one command.
func (p *Tab) within() (context.Context, context.CancelFunc) {
	return context.WithTimeout(p.t.Context(), Patience)
}

// Go goes to an address.
func (p *Tab) Go(url string) {
	p.t.Helper()
	ctx, cancel := p.within()
	defer cancel()
	p.must(p.d.navigate(ctx, url))
}

// Eval evaluates an expression of JavaScript and decodes what it gives, unless into is nil.
func (p *Tab) Eval(expression string, into any) {
	p.t.Helper()
	p.must(p.eval(expression, into))
}

func (p *Tab) eval(expression string, into any) error {
	ctx, cancel := p.within()
	defer cancel()
	data, err := p.d.eval(ctx, expression)
	if err != nil || into == nil {
		return err
	}
	return json.Unmarshal(data, into)
}

// WaitFor waits until an expression is true. While a page is loaded, none is.
func (p *Tab) WaitFor(condition string) {
	p.t.Helper()
	var last error
	for end := time.Now().Add(Patience); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		is := false
		if last = p.eval("!!("+condition+")", &is); last == nil && is {
			return
		}
	}
	shown := ""
	_ = p.eval("document.body.innerText", &shown) // it helps to understand
	p.t.Fatalf("engines: waited in vain for %s (%v); the page shows:\n%.2000s", condition, last, shown)
}

func quote(text string) string {
	b, _ := json.Marshal(text) // a text is never an error
	return string(b)
}

// WaitText waits until the element says a text, with spaces as they are shown.
func (p *Tab) WaitText(selector, want string) {
	p.t.Helper()
	p.WaitFor(fmt.Sprintf("document.querySelector(%s)?.textContent.trim().replace(/\\s+/g, ' ') === %s", quote(selector), quote(want)))
}

// WaitCount waits until so many elements are there.
func (p *Tab) WaitCount(selector string, n int) {
	p.t.Helper()
	p.WaitFor(fmt.Sprintf("document.querySelectorAll(%s).length === %d", quote(selector), n))
}

// WaitLive waits until the page has its connection.
func (p *Tab) WaitLive(connection string) {
	p.t.Helper()
	p.WaitFor("document.readyState === 'complete' && " + connection)
}

// Text returns what an element says.
func (p *Tab) Text(selector string) (text string) {
	p.t.Helper()
	p.Eval("document.querySelector("+quote(selector)+").textContent.trim()", &text)
	return text
}

// Click clicks in the middle of the element that a selector finds.
func (p *Tab) Click(selector string) {
	p.t.Helper()
	p.clickAt("document.querySelector("+quote(selector)+")", 1)
}

// DoubleClick clicks twice in the middle of the element that a selector finds.
func (p *Tab) DoubleClick(selector string) {
	p.t.Helper()
	p.clickAt("document.querySelector("+quote(selector)+")", 2)
}

// ClickText clicks on the first element of these that says a text.
func (p *Tab) ClickText(selector, text string) {
	p.t.Helper()
	p.clickAt(fmt.Sprintf("[...document.querySelectorAll(%s)].find(e => e.textContent.trim() === %s)", quote(selector), quote(text)), 1)
}

func (p *Tab) clickAt(element string, times int) {
	p.t.Helper()
	p.WaitFor(element)
	var at struct{ X, Y float64 }
	p.Eval(`(e => {
		e.scrollIntoView({block: "center", behavior: "instant"});
		const r = e.getClientRects()[0];
		return {X: r.x + r.width / 2, Y: r.y + r.height / 2};
	})(`+element+`)`, &at)
	p.perform(clickAt(int(at.X), int(at.Y), times))
}

func (p *Tab) perform(sources []source) {
	p.t.Helper()
	ctx, cancel := p.within()
	defer cancel()
	p.must(p.d.perform(ctx, sources))
}

// Press presses a key: a character, or one such as "Enter" and "Shift+Tab".
func (p *Tab) Press(key string) {
	p.t.Helper()
	if held, rest, ok := strings.Cut(key, "+"); ok && rest != "" {
		p.perform(chord(held, rest))
		return
	}
	p.perform(press(key))
}

// Fill puts a text in the place of what a field has, by keys.
func (p *Tab) Fill(selector, text string) {
	p.t.Helper()
	p.Click(selector)
	p.perform(chord("Control", "a"))
	keys := []string{"Backspace"}
	for _, r := range text {
		keys = append(keys, string(r))
	}
	p.perform(press(keys...))
}

// SetFiles chooses files in a control.
func (p *Tab) SetFiles(selector string, files ...string) {
	p.t.Helper()
	ctx, cancel := p.within()
	defer cancel()
	p.must(p.d.setFiles(ctx, selector, files))
}
