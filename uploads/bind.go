package uploads

import (
	"context"
	"fmt"
	"io"
	"strings"
	"sync"

	"github.com/a-h/templ"

	"github.com/sideband-go/sideband/views"
)

const (
	// cancelField says which file is given up: the name of the control, a point, and cancelAll or what Entry.told says.
	cancelField = "sb-cancel"
	cancelAll   = "all"

	multipart = "multipart/form-data"
	// noTimeout lets a request take as long as its files need: the server bounds that.
	noTimeout = "timeout:0"
	// ownQueue lets other events go on while files are sent.
	ownQueue = "this:queue all"
)

// declared are all uploads by name, to find the one that a cancel button means.
var (
	declaredMu sync.Mutex
	declared   = map[string][]*Upload{}
)

// declare notes an upload.
func declare(u *Upload) {
	declaredMu.Lock()
	defer declaredMu.Unlock()
	declared[u.name] = append(declared[u.name], u)
}

// withField finds the upload of the page or component whose control has the name; nil without one.
func withField(ctx context.Context, field string) *Upload {
	name, _, _ := strings.Cut(field, fieldSeparator)
	declaredMu.Lock()
	list := declared[name]
	declaredMu.Unlock()
	for _, u := range list {
		if v := u.key.Get(ctx); v != nil && v.box.field == field {
			return u
		}
	}
	return nil
}

// Event is the parameter of the event of an upload. It runs when files that are sent at once have arrived, and when the
// user has cancelled some.
type Event struct {
	// Cancelled says that files were cancelled: they are gone already.
	Cancelled bool
}

var _ views.Parameter = (*Event)(nil)

// Receive is part of views.Parameter.
func (e *Event) Receive(s *views.Socket, p views.Posted) (run bool, err error) {
	if id := p.Fields.Get(views.HeldField); id != "" {
		recovered(s, id, p.Fields)
		return false, nil
	}
	if !p.Fields.Has(cancelField) {
		return true, nil
	}
	field, id, _ := strings.Cut(p.Fields.Get(cancelField), ".")
	id, _, _ = strings.Cut(id, ".")
	u := withField(s, field)
	if u == nil {
		return false, fmt.Errorf("%w: the page takes no files in the field", views.ErrText)
	}
	e.Cancelled = true
	if id == cancelAll {
		u.CancelAll(s)
	} else {
		u.Cancel(s, id)
	}
	return true, nil
}

// Done is part of views.Parameter.
func (*Event) Done(*views.Socket) (bool, error) { return true, nil }

// Binding is an upload that is bound to an event of the page. See [Bind].
type Binding struct {
	upload *Upload
	shown  *shown
	post   any // the address of the event
	form   any // of the buttons that belong to none of the author's
	nonce  any // nil without commands
	sync   any // its queue
}

// Bind binds an upload to an event of the page, or of an enclosing component. Files are sent at once if the control has
// [Binding.AtOnce], or with the submit of a form, if it has [Binding.Input]:
//
//	{{ b := uploads.Bind(ctx, Avatar, Page.Chosen) }}
//	<form { b.Form()... }>
//		@b.Hidden("Upload")
//		<label for={ b.ID() }>Picture</label>
//		<input { b.AtOnce()... }/>
//	</form>
//
// A control that sends at once is in no other form: all of that would be sent with each choice.
func Bind[V any](ctx context.Context, u *Upload, h func(V, *views.Socket, *Event) error) *Binding {
	b := &Binding{upload: u, shown: u.get(ctx)}
	for round := range rounds {
		views.RecoverFiles(ctx, b.shown.box.controlID(round), `[name="`+cancelField+`"][value^="`+b.Name()+`."]`, h)
	}
	for _, a := range views.Button(ctx, h) {
		switch a.Key {
		case "form":
			b.form = a.Value
		case "formaction":
			b.post = a.Value
		case "hx-sync":
			b.sync = a.Value
		case "hx-nonce":
			b.nonce = a.Value
		}
	}
	return b
}

// ID returns the id of the control, for its label. It changes when files have arrived, so that the control is another one,
// which is empty: browsers let nobody else empty one.
func (b *Binding) ID() string { return b.shown.box.controlID(b.shown.round) }

// Name returns the name of the control.
func (b *Binding) Name() string { return b.shown.box.field }

// Input returns the attributes of a control whose files are sent with its form, which has those of [Form]. It is emptied
// when the files have arrived.
func (b *Binding) Input() templ.OrderedAttributes {
	c := b.upload.config
	a := templ.OrderedAttributes{
		templ.KV[string, any]("type", "file"), templ.KV[string, any]("id", b.ID()), templ.KV[string, any]("name", b.Name()),
	}
	if len(c.Accept) > 0 {
		a = append(a, templ.KV[string, any]("accept", strings.Join(c.Accept, ",")))
	}
	if c.MaxFiles > 1 {
		a = append(a, templ.KV[string, any]("multiple", true))
	}
	return a
}

// AtOnce returns the attributes of a control that sends files as soon as they are chosen.
func (b *Binding) AtOnce() templ.OrderedAttributes {
	b.shown.box.atOnce.Store(true)
	return append(
		b.stamped(b.Input()),
		templ.KV[string, any]("hx-config", noTimeout), templ.KV[string, any]("hx-encoding", multipart), templ.KV("hx-post", b.post),
		templ.KV[string, any]("hx-sync", ownQueue), templ.KV[string, any]("hx-trigger", "change"),
	)
}

// TryAgain returns the attributes of a <button> that sends the files of a control with [Binding.AtOnce] again, which were
// cut: see [Upload.IsCut]. Those that had arrived before are not kept twice. Where files are sent with the submit of a form,
// its own button does.
func (b *Binding) TryAgain() templ.OrderedAttributes {
	return b.stamped(templ.OrderedAttributes{
		templ.KV[string, any]("type", "button"), templ.KV[string, any]("hx-config", noTimeout), templ.KV[string, any]("hx-encoding", multipart),
		templ.KV[string, any]("hx-include", "#"+b.ID()), templ.KV("hx-post", b.post), templ.KV[string, any]("hx-sync", "#"+b.ID()+":queue all"),
	})
}

// Form returns the attributes of the <form> around a control that sends at once, for browsers without JavaScript.
func (b *Binding) Form() templ.OrderedAttributes {
	return templ.OrderedAttributes{
		templ.KV("action", b.post), templ.KV[string, any]("enctype", multipart), templ.KV[string, any]("method", "post"),
	}
}

// Hidden belongs in front of a control that sends at once, in its form: there browsers without JavaScript find what they
// need, and a button with the label.
func (b *Binding) Hidden(label string) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		if err := views.TicketField().Render(ctx, w); err != nil {
			return err
		}
		button := templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
			_, err := io.WriteString(w, "<button>"+templ.EscapeString(label)+"</button>")
			return err
		})
		return views.NoScript().Render(templ.WithChildren(ctx, button), w)
	})
}

// Cancel returns the attributes of a <button> that cancels a file, without JavaScript, too. In a form it posts nothing of
// that, and is never the button that Enter presses.
func (b *Binding) Cancel(e Entry) templ.OrderedAttributes { return b.cancel(e.told()) }

// CancelAll returns the attributes of a <button> that cancels all files.
func (b *Binding) CancelAll() templ.OrderedAttributes { return b.cancel(cancelAll) }

func (b *Binding) cancel(id string) templ.OrderedAttributes {
	return b.stamped(templ.OrderedAttributes{
		templ.KV("form", b.form), templ.KV("formaction", b.post), templ.KV("hx-post", b.post), templ.KV("hx-sync", b.sync),
		templ.KV[string, any]("name", cancelField), templ.KV[string, any]("value", b.Name()+"."+id),
	})
}

// stamped are the attributes of an element that htmx takes up.
func (b *Binding) stamped(a templ.OrderedAttributes) templ.OrderedAttributes {
	if b.nonce == nil {
		return a
	}
	return append(a, templ.KV("hx-nonce", b.nonce))
}

// Form makes the attributes of a form, as of [views.OnSubmit], those of one that sends files: in a queue of its own, so that
// other events go on meanwhile. Events of its fields send none: the page says so for all but the form itself.
//
//	<form { uploads.Form(views.OnSubmit(ctx, Page.Save))... }>
//
// What makes it work without JavaScript stands in front of its controls for files.
func Form(attributes templ.OrderedAttributes) templ.OrderedAttributes {
	a := make(templ.OrderedAttributes, 0, len(attributes)+5)
	for _, v := range attributes {
		if v.Key != "hx-sync" {
			a = append(a, v)
		}
	}
	return append(
		a, templ.KV[string, any]("enctype", multipart), templ.KV[string, any]("hx-config", noTimeout),
		templ.KV[string, any]("hx-encoding", multipart), templ.KV[string, any]("hx-sync", ownQueue),
	)
}
