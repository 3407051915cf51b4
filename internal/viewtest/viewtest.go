// Package viewtest drives living views by hand, for tests of the kit's own packages: nothing of a
// view runs unless the test says so. The packages below it are pages for such tests.
package viewtest

import (
	"context"
	"net/url"
	"reflect"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/sideband-go/sideband/internal/live"
	"github.com/sideband-go/sideband/internal/params"
	"github.com/sideband-go/sideband/views"
)

// View is a living view in the hands of a test. What goes wrong fails the test.
type View struct {
	*live.Hand
	t testing.TB
}

// Define makes the definition of a page, as its route does.
func Define[Q any](v views.View[Q]) *live.Definition {
	return live.Face.Define(v, reflect.TypeFor[Q](), func(s, q any) error { return v.Mount(s.(*views.Socket), q.(Q)) })
}

// New makes a view that is mounted. Errors that nobody waits for fail the test.
func New(t testing.TB, def *live.Definition) *View {
	t.Helper()
	v := NewUnmounted(t, def, func(err error) { t.Error(err) })
	v.Mount()
	return v
}

// NewReporting makes a view that is mounted. It adds errors that nobody waits for to a list.
func NewReporting(t testing.TB, def *live.Definition) (v *View, reports *[]string) {
	t.Helper()
	var mu sync.Mutex
	reports = new([]string)
	v = NewUnmounted(t, def, func(err error) {
		mu.Lock()
		defer mu.Unlock()
		*reports = append(*reports, err.Error())
	})
	v.Mount()
	return v, reports
}

// NewUnmounted makes a view. report takes errors that nobody waits for.
func NewUnmounted(t testing.TB, def *live.Definition, report func(error)) *View {
	v := &View{live.NewHand(def, report), t}
	v.Tree.TitleSuffix = " · Test"
	return v
}

// Mount mounts the page at an address without parameters.
func (v *View) Mount() {
	v.t.Helper()
	v.Succeed(v.Mounting(params.Input{Path: func(string) string { return "" }}))
}

// Callback makes a callback of the page.
func Callback(name string, f func(s *views.Socket) error) live.Call {
	return live.Call{Name: name, Run: func(cb *live.Callback) error { return f(live.Face.Socket(cb).(*views.Socket)) }}
}

// Ref names the page.
func (v *View) Ref() views.Ref { return live.Face.Ref(v.Hand.Ref()).(views.Ref) }

// Succeed runs a callback that must not fail.
func (v *View) Succeed(c live.Call) {
	v.t.Helper()
	if err := v.Run(context.Background(), c); err != nil {
		v.t.Fatal(err)
	}
}

// Set runs f as a callback of the page.
func (v *View) Set(f func(s *views.Socket)) {
	v.t.Helper()
	v.Succeed(Callback("set", func(s *views.Socket) error { f(s); return nil }))
}

// Settle runs the messages that callbacks have sent to their own view.
func (v *View) Settle() {
	v.t.Helper()
	for {
		c, ok, err := v.Inbox()
		if err != nil {
			v.t.Fatal(err)
		}
		if !ok {
			return
		}
		v.Succeed(c)
	}
}

// Post runs an event of the page, or of the component at an address, with the value of its
// binding, and what it has sent to its own view.
func (v *View) Post(event, component, value string) error {
	v.t.Helper()
	c, err := v.Event(event, component, params.Input{Query: url.Values{"value": {value}}})
	if err != nil {
		return err
	}
	if err := v.Run(context.Background(), c); err != nil {
		return err
	}
	v.Settle()
	return nil
}

// Page renders the whole page.
func (v *View) Page() string {
	v.t.Helper()
	html, _, err := v.Tree.Page()
	if err != nil {
		v.t.Fatal(err)
	}
	return string(html)
}

// FirstPage renders the whole page and has its streams forget what it shows.
func (v *View) FirstPage() string {
	v.t.Helper()
	html := v.Page()
	v.Tree.Sent()
	return html
}

// Patch renders what is out of date, as operations.
func (v *View) Patch() string {
	v.t.Helper()
	r, err := v.Render(nil)
	if err != nil {
		v.t.Fatal(err)
	}
	return string(r.Ops)
}

var tag = regexp.MustCompile(`<[^>]*>`)

// Text is the text of HTML, its words one space apart.
func Text(html string) string {
	return strings.Join(strings.Fields(tag.ReplaceAllString(html, " ")), " ")
}
