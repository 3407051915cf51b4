package views_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"
	templruntime "github.com/a-h/templ/runtime"

	"github.com/sideband-go/sideband/internal/fault"
	"github.com/sideband-go/sideband/internal/params"
	"github.com/sideband-go/sideband/internal/viewtest"
	"github.com/sideband-go/sideband/views"
)

// events has an event of every kind of parameter. The last one got is kept.
type events struct {
	got    *string
	render func(ctx context.Context) templ.OrderedAttributes
}

func (events) Mount(*views.Socket, views.NoParams) error { return nil }

func (e events) Render() templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		if e.render == nil {
			return nil
		}
		return templruntime.RenderAttributes(ctx, w, w, "button", e.render(ctx))
	})
}

func (e events) keep(v any) error { *e.got = fmt.Sprintf("%#v", v); return nil }

type filter struct {
	Text string   `form:"text"`
	Max  int      `form:"max"`
	Tags []string `form:"tag"`
	own  string
}

func (e events) Text(_ *views.Socket, v string) error            { return e.keep(v) }
func (e events) Int(_ *views.Socket, v int) error                { return e.keep(v) }
func (e events) Small(_ *views.Socket, v int8) error             { return e.keep(v) }
func (e events) Big(_ *views.Socket, v uint64) error             { return e.keep(v) }
func (e events) Float(_ *views.Socket, v float64) error          { return e.keep(v) }
func (e events) Bool(_ *views.Socket, v bool) error              { return e.keep(v) }
func (e events) Time(_ *views.Socket, v time.Time) error         { return e.keep(v.Format(time.RFC3339)) }
func (e events) Filter(_ *views.Socket, v filter) error          { return e.keep(v) }
func (e events) None(_ *views.Socket, _ views.NoParams) error    { return e.keep("none") }
func (e events) message(_ *views.Socket, _ views.NoParams) error { return e.keep("message") }

func TestParametersArriveAsTheyWereGiven(t *testing.T) {
	var got string
	page := events{got: &got}
	when := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for _, c := range []struct {
		attributes func(ctx context.Context) templ.OrderedAttributes
		want       string
	}{
		{func(ctx context.Context) templ.OrderedAttributes { return views.OnClick(ctx, events.Text, "1e3") }, `"1e3"`},
		{func(ctx context.Context) templ.OrderedAttributes {
			return views.OnClick(ctx, events.Text, `js:alert(1) & "x" 'y' <b> é`)
		}, "\"js:alert(1) & \\\"x\\\" 'y' <b> é\""},
		{func(ctx context.Context) templ.OrderedAttributes { return views.OnClick(ctx, events.Int, -7) }, "-7"},
		{func(ctx context.Context) templ.OrderedAttributes { return views.OnClick(ctx, events.Small, int8(-128)) }, "-128"},
		{func(ctx context.Context) templ.OrderedAttributes {
			return views.OnClick(ctx, events.Big, uint64(1<<63+1))
		}, "0x8000000000000001"},
		{func(ctx context.Context) templ.OrderedAttributes { return views.OnClick(ctx, events.Float, 0.1) }, "0.1"},
		{func(ctx context.Context) templ.OrderedAttributes { return views.OnClick(ctx, events.Bool, true) }, "true"},
		{func(ctx context.Context) templ.OrderedAttributes { return views.OnClick(ctx, events.Time, when) }, `"2026-01-02T03:04:05Z"`},
		{func(ctx context.Context) templ.OrderedAttributes {
			return views.OnClick(ctx, events.Filter, filter{Text: "a&b=c", Max: 3, Tags: []string{"x", "y"}, own: "secret"})
		}, `views_test.filter{Text:"a&b=c", Max:3, Tags:[]string{"x", "y"}, own:""}`},
		{func(ctx context.Context) templ.OrderedAttributes { return views.OnClick(ctx, events.None) }, `"none"`},
	} {
		page.render = func(ctx context.Context) templ.OrderedAttributes {
			a := c.attributes(ctx)
			u, err := url.Parse(a[0].Value.(string))
			if err != nil {
				t.Fatal(err)
			}
			in := unmounted(t, events{got: &got})
			q := u.Query()
			m, err := in.Event(q.Get("event"), "", params.Input{Query: q})
			if err != nil {
				t.Fatal(err)
			}
			in.Succeed(m)
			return a
		}
		rendered(t, page)
		if got != c.want {
			t.Errorf("got %s, not %s", got, c.want)
		}
	}
}

// unmounted makes a view that is not mounted.
func unmounted(t *testing.T, p events) *viewtest.View {
	return viewtest.NewUnmounted(t, viewtest.Define(p), func(err error) { t.Error(err) })
}

func rendered(t *testing.T, p events) string {
	t.Helper()
	return unmounted(t, p).Page()
}

func TestWhatIsPostedBecomesTheParameter(t *testing.T) {
	var got string
	in := unmounted(t, events{got: &got})
	for _, c := range []struct{ event, query, fields, want string }{
		{"Int", "", "step=5", "5"},
		{"Int", "value=1", "step=5", "1"},
		{"Bool", "", "agree=on", "true"},
		{"Bool", "", "", "false"},
		{"Text", "", "q=", `""`},
		{"Filter", "max=2", "text=x&max=9&tag=a&own=evil&unknown=1", `views_test.filter{Text:"x", Max:2, Tags:[]string{"a"}, own:""}`},
		{"Int", "", "step=", ""},
		{"Int", "", "step=1.5", ""},
		{"Small", "value=300", "", ""},
		{"Big", "value=-1", "", ""},
		{"Bool", "value=maybe", "", ""},
		{"Time", "value=yesterday", "", ""},
		{"Int", "", "a=1&b=2", ""},
		{"Filter", "", "tag[3]=x", ""},
		{"Filter", "", strings.Repeat("x", 300) + "=1", ""},
		{"message", "", "", ""},
		{"Mount", "", "", ""},
		{"Render", "", "", ""},
	} {
		query, _ := url.ParseQuery(c.query)
		fields, _ := url.ParseQuery(c.fields)
		m, err := in.Event(c.event, "", params.Input{Query: query, Fields: fields})
		if c.want == "" {
			if !errors.Is(err, fault.ErrParams) && !errors.Is(err, fault.ErrNoEvent) {
				t.Errorf("%s with %s %s: %v", c.event, c.query, c.fields, err)
			}
			continue
		}
		if err != nil {
			t.Error(err)
			continue
		}
		in.Succeed(m)
		if got != c.want {
			t.Errorf("%s: %s, not %s", c.event, got, c.want)
		}
	}
}

func FuzzParameters(f *testing.F) {
	f.Add("Filter", "text=x&max=1", "tag=a&tag=b")
	f.Add("Int", "value=1", "")
	f.Fuzz(func(t *testing.T, event, query, fields string) {
		var got string
		in := unmounted(t, events{got: &got})
		q, _ := url.ParseQuery(query)
		p, _ := url.ParseQuery(fields)
		if m, err := in.Event(event, "", params.Input{Query: q, Fields: p}); err == nil {
			in.Succeed(m)
		} else if !errors.Is(err, fault.ErrParams) && !errors.Is(err, fault.ErrNoEvent) {
			t.Error(err)
		}
	})
}

func TestTriggers(t *testing.T) {
	var got string
	for _, c := range []struct {
		trigger views.Trigger
		want    string
	}{
		{views.Trigger{On: "focus"}, "focus"},
		{views.Trigger{On: "keyup", From: "document", Debounce: 250 * time.Millisecond}, "keyup from:document delay:250ms"},
		{views.Trigger{On: "click", From: "outside"}, "click from:outside"},
		{views.Trigger{On: "scroll", From: "#list .row", Throttle: time.Second, Once: true}, `scroll from:&#34;#list .row&#34; throttle:1000ms once`},
		{views.Trigger{On: "revealed"}, "revealed"},
		{views.Trigger{On: "chart:select"}, "chart:select"},
	} {
		html := rendered(t, events{got: &got, render: func(ctx context.Context) templ.OrderedAttributes { return views.On(ctx, c.trigger, events.None) }})
		if !strings.Contains(html, `hx-trigger="`+c.want+`"`) {
			t.Errorf("%+v: %s", c.trigger, html)
		}
	}
	html := rendered(t, events{got: &got, render: func(ctx context.Context) templ.OrderedAttributes { return views.OnInput(ctx, events.Text) }})
	if !strings.Contains(html, `hx-post="?event=Text&amp;typing"`) || !strings.Contains(html, `hx-trigger="input delay:300ms, change"`) {
		t.Error(html)
	}
}

func TestBindingMistakesPanicWhenRendered(t *testing.T) {
	var got string
	for name, attributes := range map[string]func(ctx context.Context) templ.OrderedAttributes{
		"an unexported method":  func(ctx context.Context) templ.OrderedAttributes { return views.OnClick(ctx, events.message) },
		"a lifecycle method":    func(ctx context.Context) templ.OrderedAttributes { return views.OnClick(ctx, events.Mount) },
		"another page's method": func(ctx context.Context) templ.OrderedAttributes { return views.OnClick(ctx, Post.Like, 1) },
		"a trigger with filter": func(ctx context.Context) templ.OrderedAttributes {
			return views.On(ctx, views.Trigger{On: "click[ctrlKey]"}, events.None)
		},
		"a trigger with two": func(ctx context.Context) templ.OrderedAttributes {
			return views.On(ctx, views.Trigger{On: "a, b"}, events.None)
		},
		"a selector with quotes": func(ctx context.Context) templ.OrderedAttributes {
			return views.On(ctx, views.Trigger{On: "click", From: `"x"`}, events.None)
		},
		"both timings": func(ctx context.Context) templ.OrderedAttributes {
			return views.On(ctx, views.Trigger{On: "click", Debounce: 1, Throttle: 1}, events.None)
		},
	} {
		in := unmounted(t, events{got: &got, render: attributes})
		if _, _, err := in.Tree.Page(); err == nil || !strings.Contains(err.Error(), "views: ") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

type (
	untagged   struct{ Post }
	badConnect struct{ Post }
	badParam   struct{ Post }
	embedded   struct{ Post }
	bracketed  struct{ Post }
	reserved   struct{ Post }
)

type innerFields struct {
	Name string `form:"name"`
}

func (untagged) Save(*views.Socket, struct{ Admin bool }) error  { return nil }
func (badConnect) Connect(*views.Socket, int) error              { return nil }
func (badParam) Save(*views.Socket, chan string) error           { return nil }
func (embedded) Save(*views.Socket, struct{ innerFields }) error { return nil }

func (bracketed) Save(*views.Socket, struct {
	Tags []string `form:"tags[]"`
},
) error {
	return nil
}

func (reserved) Save(*views.Socket, struct {
	To string `form:"to,omitempty"`
},
) error {
	return nil
}

func TestRegistrationMistakesPanic(t *testing.T) {
	for name, c := range map[string]struct {
		view views.View[views.NoParams]
		want string
	}{
		"an untagged field":        {untagged{}, "no form or json tag"},
		"a lifecycle name":         {badConnect{}, "rename it"},
		"what no browser can send": {badParam{}, "can't send"},
		"an embedded struct":       {embedded{}, "is embedded"},
		"a name with brackets":     {bracketed{}, "no brackets"},
		"a name of the kit's":      {reserved{}, "the kit's own addresses"},
	} {
		func() {
			defer func() {
				if r := fmt.Sprint(recover()); !strings.Contains(r, c.want) {
					t.Errorf("%s: %s", name, r)
				}
			}()
			viewtest.Define(c.view)
		}()
	}
}

func TestStatuses(t *testing.T) {
	if code, text := fault.StatusOf(fmt.Errorf("load: %w", views.Error(418, "A teapot"))); code != 418 || text != "A teapot" {
		t.Error(code, text)
	}
	for _, code := range []int{0, 200, 399, 600} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%d is an error status", code)
				}
			}()
			_ = views.Error(code, "text")
		}()
	}
}
