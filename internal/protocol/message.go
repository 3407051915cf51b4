package protocol

import (
	"bytes"
	"encoding/json"
	"html"
	"slices"

	"github.com/sideband-go/sideband/patch"
)

// Messages are the last ones that a page gets on its connection. Each removes the element of the
// connection, so that the page does not reconnect; all but Reload say why.
type Messages struct {
	Reload        []byte // makes the page reload itself
	NotLive       []byte
	NoSession     []byte
	TooManyOpen   []byte
	OpenElsewhere []byte
}

// NewMessages makes the messages of a kit.
func NewMessages(t Texts) Messages {
	return Messages{
		Reload:        Leave(""),
		NotLive:       farewell(t.NotLive),
		NoSession:     farewell(t.NoSession),
		TooManyOpen:   farewell(t.TooManyOpen),
		OpenElsewhere: farewell(t.OpenElsewhere),
	}
}

// Stamp returns the attribute with which htmx takes up an element of a page that takes commands, and a space in front of
// it; "" for a page that takes none.
func Stamp(nonce string) string {
	if nonce == "" {
		return ""
	}
	return ` ` + NonceAttribute + `="` + nonce + `"`
}

// removeConnection removes the element of a page's connection, which ends it for good.
var removeConnection = []byte(`<hx-partial id="` + ConnectionID + `" hx-swap="delete"></hx-partial>`)

// farewell ends the connection and says why.
func farewell(text string) []byte { return AppendNotice(slices.Clone(removeConnection), text) }

// AppendNotice appends the operation that sets the notice of a page; "" clears it.
func AppendNotice(ops []byte, text string) []byte { return patch.AppendText(ops, NoticeID, text) }

// GoTo makes a page load an address, which must be safe, or reload itself if that is empty.
func GoTo(address string) []byte {
	content := "0"
	if address != "" {
		content += ";url=" + address
	}
	return []byte(`<hx-partial id="` + NoticeID + `" hx-swap="innerHTML"><meta http-equiv="refresh" content="` + html.EscapeString(content) + `"></hx-partial>`)
}

// Leave is GoTo that also ends the connection, for a page that is not to come back.
func Leave(address string) []byte { return append(GoTo(address), removeConnection...) }

// FirstMessage is what each connection of the page at an address begins with. That it arrives
// proves that the page is connected: it clears the "connection lost" notice. A page that shows that
// an event did not reach the server is made to ask for its controls, since they may show what no
// event has told of.
func FirstMessage(address, stamp string) []byte {
	return append(patch.AppendText(nil, LostID, ""), `<hx-partial hx-target=":has(#`+FailedID+`>p:first-child)>#`+patch.LeftID+`"><i`+stamp+` hx-post="`+
		html.EscapeString(address)+`?`+patch.LeftParam+`=" hx-sync="`+patch.EventQueue+`" hx-trigger="load"></i></hx-partial>`...)
}

// AppendRecovery appends the operations that make a page send the fields of the form with the id to an
// event, or say at gone that it has no such form. They do not wait for other events of the page if
// apart is set. With include, the id is that of a control, and what that selects is sent.
func AppendRecovery(ops []byte, form, include, event, gone, stamp string, apart bool) []byte {
	const swap = `>#` + patch.LeftID + `' hx-swap="beforeend">`
	queue := patch.EventQueue
	if apart {
		queue = `#` + patch.LeftID + `:queue all`
	}
	trigger := `"` + stamp + ` hx-sync="` + queue + `" hx-trigger="load"`
	found, ok := patch.Selector(form)
	if !ok {
		return ops
	}
	what := `form="` + html.EscapeString(form)
	if include != "" {
		what = `name="` + HeldField + `" value="` + html.EscapeString(form) + `" hx-include="` + html.EscapeString(include)
	}
	// An element inside of the form would have to be there; one that hx-include names would leave out
	// fields that are tied to the form by their own form attribute.
	ops = append(ops, `<hx-partial hx-target=':has(`+found+`)`+swap+`<input type="hidden" `+what+`" hx-post="`+html.EscapeString(event)+
		trigger+` hx-encoding="application/x-www-form-urlencoded"></hx-partial>`...)
	return append(ops, `<hx-partial hx-target=':not(:has(`+found+`))`+swap+`<i hx-post="`+html.EscapeString(gone)+trigger+`></i></hx-partial>`...)
}

// AppendVisit appends the operation that makes the page ask for an address of its view, after the events that are
// under way, and have it in place of its own when that is answered. replace takes the place of the newest entry of the
// browser's history, top scrolls to the top.
func AppendVisit(ops []byte, address, stamp string, replace, top bool) []byte {
	how := `" hx-push-url="true`
	if replace {
		how = `" hx-replace-url="true`
	}
	if top {
		how += `" hx-target="` + TopTarget
	}
	return appendGet(ops, html.EscapeString(address)+how, "load", stamp)
}

// AppendWhereabouts appends the operation that makes the page ask for the address that its browser shows once the answers
// that are under way have come.
func AppendWhereabouts(ops []byte, stamp string) []byte {
	return appendGet(ops, "", "load delay:1s", stamp)
}

func appendGet(ops []byte, address, trigger, stamp string) []byte {
	return append(ops, `<hx-partial id="`+VisitID+`" hx-swap="innerHTML"><i`+stamp+` hx-get="`+address+`" hx-sync="`+patch.EventQueue+`" hx-trigger="`+trigger+`"></i></hx-partial>`...)
}

// A patch that scrolls to the top asks for its address with TopTarget as its target, so that the server knows, and is
// answered with TopSwap: an answer that puts nothing anywhere, but scrolls.
const (
	TopTarget = "#" + VisitID
	TopSwap   = "beforeend swapEmpty:true show:top showTarget:window"
)

// BodySwap is the value of hx-swap with which another page takes the place of the page's body.
const BodySwap = "outerSync show:top"

// AppendNavigation appends the operation that makes the page show another one in its document, after the events that
// are under way. swap is BodySwap, maybe with more.
func AppendNavigation(ops []byte, address, swap string) []byte {
	return append(ops, `<hx-partial id="`+patch.LeftID+`" hx-swap="beforeend"><i hx-get="`+html.EscapeString(address)+
		`" hx-target="body" hx-swap="`+swap+`" hx-push-url="true" hx-sync="`+patch.EventQueue+`" hx-indicator="#`+SlowID+`" hx-trigger="load"></i></hx-partial>`...)
}

// AppendStash appends the operation that puts the sealed state of a page's durable keys into the page; "" for none.
func AppendStash(ops []byte, sealed string) []byte {
	ops = append(ops, `<hx-partial id="`+StashID+`" hx-swap="innerHTML">`...)
	if sealed != "" {
		ops = append(ops, `<input type="hidden" name="`+StashField+`" value="`+sealed+`">`...)
	}
	return append(ops, `</hx-partial>`...)
}

// AskStash returns the operation that makes the page at an address send the state that it keeps. Its request waits for
// no other of the page: events wait for the view.
func AskStash(address, stamp string) []byte {
	return []byte(`<hx-partial id="` + patch.LeftID + `" hx-swap="innerHTML"><i` + stamp + ` hx-post="` + html.EscapeString(address) + `?` + StashParam + `=" hx-include="#` + StashID +
		` input" hx-sync="this:drop" hx-trigger="load"></i></hx-partial>`)
}

// Corrected marks the notice of an event that did not reach the server: the page has asked for its
// controls since.
const Corrected = `<hx-partial id="` + FailedID + `" hx-swap="afterbegin"><b hidden></b></hx-partial>`

// ConnectionElement is the element that holds the page's connection, which is opened at url. htmx
// closes the connection of a hidden page and opens it again when the page is shown, unless
// keep is set.
func ConnectionElement(url, stamp string, keep bool) []byte {
	e := `<div id="` + ConnectionID + `"` + stamp + ` hx-sse:connect="` + html.EscapeString(url) + `" ` +
		`hx-trigger="intersect, htmx:finally:request delay:3s" hx-sync="this:drop" hx-swap="none" hx-config="sse.reconnectDelay:100 sse.reconnectMaxDelay:10000`
	if keep {
		e += ` sse.pauseOnBackground:false`
	}
	return []byte(e + `"></div>`)
}

// Notice is the content of a notice that pages have ready as a file.
func Notice(text string) []byte { return []byte("<p>" + html.EscapeString(text) + "</p>\n") }

// NotReached is the value of an hx-status attribute: it shows the notice that an event did not reach
// the server in place of the answer.
func NotReached(text string) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false) // each page has it, in an attribute
	err := e.Encode(struct {
		Push bool   `json:"push"`
		Text string `json:"text"`
	}{false, `<hx-partial id=` + FailedID + ` hx-swap=innerHTML><p>` + html.EscapeString(text) + `</p></hx-partial>`})
	if err != nil {
		panic(err) // a bool and a string can be encoded
	}
	return string(bytes.TrimSuffix(b.Bytes(), []byte("\n")))
}
