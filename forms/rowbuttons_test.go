package forms_test

import (
	"context"
	"io"
	"strings"
	"testing"

	"github.com/a-h/templ"
	templruntime "github.com/a-h/templ/runtime"

	"github.com/sideband-go/sideband/forms"
	"github.com/sideband-go/sideband/internal/viewtest"
	"github.com/sideband-go/sideband/views"
)

// yard is a page with the rooms of a house, whose form is bound by bind.
type yard struct {
	bind func(ctx context.Context) *forms.Binding
}

var yards = forms.New[floor]("yard")

func (yard) Mount(s *views.Socket, _ views.NoParams) error {
	yards.Set(s, floor{[]room{{"a"}, {"b"}, {"c"}}})
	return nil
}

func (yard) Save(*views.Socket, *forms.Submission[floor]) error { return nil }

// Change says which rows it is told of.
func (yard) Change(s *views.Socket, f *forms.Form[floor]) error {
	if f.Changed(&f.Data.Rooms) {
		names := "rooms"
		for _, r := range f.Data.Rooms {
			names += "[" + r.Name + "]"
		}
		s.SetTitle(names)
	}
	return nil
}

func (p yard) Render() templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		f := yards.Get(ctx)
		b := p.bind(ctx)
		if err := b.Hidden().Render(ctx, w); err != nil {
			return err
		}
		write := func(tag string, a templ.OrderedAttributes) {
			_, _ = io.WriteString(w, "<"+tag)
			_ = templruntime.RenderAttributes(ctx, w, w, tag, a)
			_, _ = io.WriteString(w, "></"+tag+">")
		}
		for i := range f.Data.Rooms {
			write("button", f.RemoveRow(&f.Data.Rooms, i))
			write("button", f.MoveRow(&f.Data.Rooms, i, i+1))
			write("button", f.MoveRow(&f.Data.Rooms, i, i-1))
		}
		write("button", f.AddRow(&f.Data.Rooms))
		return nil
	})
}

func TestButtonsOfRowsSendTheChangeEvent(t *testing.T) {
	const change, save = `formaction="?event=Change"`, `hx-post="?event=Save"`
	for _, c := range []struct {
		name string
		bind func(ctx context.Context) *forms.Binding
		want map[string]int
	}{
		{"both", func(ctx context.Context) *forms.Binding { return forms.Bind(ctx, yards, yard.Save, yard.Change) }, map[string]int{change: 10, `hx-post="?event=Change"`: 10, save: 0}},
		{"change", func(ctx context.Context) *forms.Binding {
			return forms.Bind[yard, floor](ctx, yards, nil, yard.Change)
		}, map[string]int{change: 10, save: 0}},
		{"submit", func(ctx context.Context) *forms.Binding { return forms.Bind(ctx, yards, yard.Save, nil) }, map[string]int{change: 0, save: 10, "formaction": 0}},
		{"a handler's", func(ctx context.Context) *forms.Binding { return forms.BindTo(ctx, yards, "/x", yard.Change) }, map[string]int{change: 10}},
		{"a handler's alone", func(ctx context.Context) *forms.Binding { return forms.BindTo[yard, floor](ctx, yards, "/x", nil) }, map[string]int{"hx-post": 0, `name="sb-row"`: 10}},
	} {
		v := viewtest.New(t, viewtest.Define(yard{c.bind}))
		page := v.Page()
		for text, n := range c.want {
			if got := strings.Count(page, text); got != n {
				t.Errorf("%s: %d times %s, want %d: %s", c.name, got, text, n, page)
			}
		}
	}
}

// Case 137.
func TestTheChangeMethodHearsOfRows(t *testing.T) {
	v := viewtest.New(t, viewtest.Define(yard{func(ctx context.Context) *forms.Binding { return forms.Bind(ctx, yards, yard.Save, yard.Change) }}))
	fields := fieldsIn(v.Page())
	press := func(what, title, focus string) {
		t.Helper()
		fields.Set("sb-row", what)
		send(t, v, "Change", "", fields)
		if got := v.Tree.FullTitle(); !strings.HasPrefix(got, "rooms"+title+" ") {
			t.Errorf("%s: Change was told of %s, want %s", what, got, title)
		}
		page := v.Page()
		fields.Set("sb-rows", fieldsIn(page).Get("sb-rows"))
		_, after, _ := strings.Cut(page, ` autofocus`)
		before, _, _ := strings.Cut(page, ` autofocus`)
		id := before[strings.LastIndex(before, ` id="`)+len(` id="`):]
		if focus == "" && after != "" || focus != "" && id != focus+`"` {
			t.Errorf("%s: the focus is asked for by %.60s, want %q", what, id, focus)
		}
	}
	press("move rooms 2 1", "[a][c][b]", "yard-rooms-2--up")
	press("move rooms 2 1", "[a][b][c]", "yard-rooms-2--up-1") // the other button is disabled now
	press("move rooms 0 1", "[b][a][c]", "yard-rooms-0--down")
	press("move rooms 2 0", "[b][c][a]", "yard-rooms-2--up-1")
	press("move rooms 0 1", "[a][b][c]", "") // over more than one row: no button has an id for that
	press("remove rooms 1", "[a][c]", "yard-rooms-2--remove-2")
	press("remove rooms 2", "[a]", "yard-rooms-0--remove-3")
	press("remove rooms 0", "", "yard-rooms--add-4")
	fields.Del("sb-row")
	send(t, v, "Change", "yard-rooms-0-name", fields)
	if page := v.Page(); strings.Contains(page, "autofocus") || !strings.Contains(page, `id="yard-rooms--add-4"`) {
		t.Errorf("after the next event the page has %s", page)
	}
}
