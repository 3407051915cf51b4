package live

import (
	"crypto/rand"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sideband-go/sideband/internal/protocol"
	"github.com/sideband-go/sideband/internal/render"
	"github.com/sideband-go/sideband/patch"
)

// recoveryWait is how long the whole view waits for the answers of a connected page.
const recoveryWait = 3 * time.Second

// recovery is what a view asks of a page of which it does not know what it shows, before it sends the
// whole view: the fields of its forms, each by an event. A page is asked again when it reconnects; of
// its answers for one form the first counts. The worker owns it. A nil recovery asks for nothing.
type recovery struct {
	begun      bool // the page was asked, or need not be, since nobody knows what it shows
	key        string
	forms      []*lostForm
	posted     []string // forms that events have posted since it is not known what the page shows
	postedLate []string // that events have posted otherwise, after the page was asked
	page       uint64   // the connection that was asked last or, if the answer to an event has asked, the next one
	over       bool     // it has not answered in time
	timer      *time.Timer
	// What the page has posted of forms until it shows the view: answers that there is news of, then all else, the newest last.
	told []patch.Posted
}

// lostForm is a form to be recovered.
type lostForm struct {
	render.Form
	event, component string // of the event that recovers it
	settled          bool   // it was recovered, an event has posted it, or the page does not have it
}

// answer is what an event says of the recovery of forms.
type answer struct {
	key              string // of the recovery, with the number of the form; "" of an event that is no answer
	apart            bool   // it has not waited for other events of the page
	event, component string // of an answer
	form             string // what tells the form that the event has posted; "" if it has posted none
	fields           url.Values
	source           string // the id of the control or form that has posted them; "" of an answer
}

// apart ends the keys of answers that do not wait for other events of the page.
const apart = ".apart"

// maxFormName bounds what tells a form.
const maxFormName = 255

// answerOf returns what an event says of the recovery of forms.
func answerOf(e Event) answer {
	a := answer{event: e.Name, component: e.Component, fields: e.Input.Fields}
	if e.Posted != nil {
		a.source = e.Posted.Source
	}
	a.key, a.apart = strings.CutSuffix(e.Recovers, apart)
	if name, _, _ := strings.Cut(e.Input.Fields.Get(protocol.FormField), "."); name != "" { // its number may have changed
		a.form = e.Component + " " + name
	} else if e.Posted != nil && e.Posted.Form {
		a.form = "#" + e.Posted.Source
	}
	if len(a.form) > maxFormName {
		a.form = ""
	}
	return a
}

// admits reports whether an event is to run: of answers to a recovery, the first one for each form,
// unless an event has posted the form meanwhile. It returns that form.
func (r *recovery) admits(a *answer) (f *lostForm, run bool) {
	if a.key == "" {
		return nil, true
	}
	f = r.find(a.key)
	switch {
	case f == nil || f.settled: // or made up
		return nil, false
	case a.event == "":
		f.settled = true // the page does not have it
		return nil, false
	case r.hasPosted(f, a.form):
		f.settled = true // there is news of it
		if r.begun {
			r.told = slices.Insert(r.told, 0, patch.Posted{Source: f.ID, Fields: a.fields})
			r.forget()
		}
		return nil, false
	}
	return f, a.event == f.event && a.component == f.component
}

// hasPosted reports whether an event has posted the form, which form tells in an answer.
func (r *recovery) hasPosted(f *lostForm, form string) bool {
	posted := r.posted
	if !r.begun {
		posted = r.postedLate
	}
	return form != "" && slices.Contains(posted, form) || slices.Contains(posted, "#"+f.ID)
}

// notePosted notes that an event has succeeded, and so told of the form that it has posted.
func (v *View) notePosted(a *answer) {
	r, unknown := v.delivery.recovery, v.delivery.unknown
	if a.form == "" || a.key != "" || !unknown && !r.lacks() {
		return
	}
	if r == nil {
		r = &recovery{}
		v.delivery.recovery = r
	}
	posted := &r.posted
	if !unknown {
		posted = &r.postedLate
	}
	if len(*posted) < render.MaxForms {
		*posted = append(*posted, a.form)
	}
}

// noteTold notes what an event has posted of a form, while it is not known what the page shows. form is the one that
// it answers for, if it is an answer.
func (v *View) noteTold(form *lostForm, a *answer) {
	r := v.delivery.recovery
	if r == nil || !v.delivery.unknown {
		return
	}
	p := patch.Posted{Source: a.source, Fields: a.fields}
	if form != nil {
		p.Source = form.ID
	}
	if p.Source == "" || len(p.Fields) == 0 {
		return
	}
	r.told = append(r.told, p)
	r.forget()
}

// maxTold is how many bytes a view remembers of what its page has told of forms until it shows the view.
const maxTold = 64 << 10

// forget forgets the oldest of what was posted that there is no room for. What is too large by itself takes all with it:
// what was posted before no longer tells what the page shows.
func (r *recovery) forget() {
	for len(r.told) > render.MaxForms || sizeOfTold(r.told) > maxTold {
		r.told = r.told[1:]
	}
}

func sizeOfTold(told []patch.Posted) (n int) {
	for _, p := range told {
		for name, values := range p.Fields {
			n += len(name)
			for _, v := range values {
				n += len(v)
			}
		}
	}
	return n
}

// lacks reports whether a form was neither recovered nor given up.
func (r *recovery) lacks() bool {
	return r != nil && slices.ContainsFunc(r.forms, func(f *lostForm) bool { return !f.settled })
}

// find returns the form that the key of an answer stands for; nil if the page was not asked for it.
func (r *recovery) find(key string) *lostForm {
	key, number, _ := strings.Cut(key, ".")
	i, err := strconv.Atoi(number)
	if err != nil || r == nil || r.key == "" || key != r.key || i < 0 || i >= len(r.forms) {
		return nil
	}
	return r.forms[i]
}

// finish notes that the page shows the view. Late answers still count.
func (r *recovery) finish() {
	r.stop()
	r.begun, r.postedLate, r.posted, r.told = false, r.posted, nil, nil
}

func (r *recovery) stop() {
	if r.timer != nil {
		r.timer.Stop()
		r.timer = nil
	}
}

// waits reports whether the page has still to answer.
func (r *recovery) waits() bool {
	return r.begun && !r.over && r.lacks()
}

// forgetPage has another page asked for all forms.
func (d *delivery) forgetPage() {
	if d.recovery != nil {
		d.recovery.stop()
		d.recovery = nil
	}
}

// mayLack has the whole view sent, once forms are recovered, to a page that has asked for its controls
// since events have not arrived: what was typed in forms is to reach the view before that.
func (v *View) mayLack(conn Conn, posted *patch.Posted) {
	d := &v.delivery
	wasAsked := d.recovery != nil && d.recovery.page == d.connections
	if conn != nil && posted.AsksForAll() && v.tree.HasForms() && !wasAsked && !v.lags() {
		d.unknown = true
	}
}

// whole renders the whole view for a page of which nobody knows what it shows. Its forms are recovered
// first: until then asks is true, and ops is what asks the page, if it is not asked already. conn is nil
// if ops are for the answer to an event; recovers says that the event itself was an answer.
func (v *View) whole(conn Conn, posted *patch.Posted, recovers bool) (ops []byte, asks bool, err error) {
	r := v.delivery.recovery
	page := v.delivery.connections
	if conn == nil {
		page++
	}
	asked := r != nil && r.begun
	if asked {
		r.over = r.over && r.page == page
		switch {
		case !r.waits():
		case r.page != page, conn == nil && !recovers:
			return v.ask(page, conn), true, nil
		default:
			return nil, true, nil
		}
	}
	var out render.Rendering
	if asked {
		out, err = v.tree.Recovered(posted, r.told)
	} else if out, err = v.tree.FormsOrWhole(posted); err == nil && len(out.Forms) > 0 {
		if v.startRecovery(out.Forms) {
			return v.ask(page, conn), true, nil
		}
		out, err = v.tree.Recovered(posted, v.delivery.recovery.told)
	}
	if err != nil {
		return nil, false, err
	}
	v.host.Warn(v, out)
	if r := v.delivery.recovery; r != nil {
		if r.begun {
			ops = patch.AppendText(nil, patch.LeftID, "")
		}
		r.finish()
	}
	return append(ops, out.Ops...), false, nil
}

// startRecovery begins to recover forms. It reports false if events have posted all of them already.
func (v *View) startRecovery(forms []render.Form) bool {
	r := &recovery{begun: true, key: rand.Text()[:16]}
	if before := v.delivery.recovery; before != nil {
		r.posted, r.told = before.posted, before.told
	}
	v.delivery.recovery = r
	for _, f := range forms {
		u, err := url.Parse(f.Post)
		if err != nil {
			continue // bindings write addresses that can be read
		}
		q := u.Query()
		l := &lostForm{Form: f, event: q.Get(protocol.EventParam), component: q.Get(protocol.ComponentParam)}
		l.settled = slices.Contains(r.posted, "#"+f.ID)
		r.forms = append(r.forms, l)
	}
	return r.waits()
}

// ask returns the operations that ask a page for the forms that it has not answered for. page is as in
// recovery. Over a connection conn, the answers do not wait for other events of the page, and bring it
// nothing: they might arrive after the answer to a later event. Those to a question in the answer to an
// event are events like others, and the last one brings the view.
func (v *View) ask(page uint64, conn Conn) (ops []byte) {
	r := v.delivery.recovery
	r.stop()
	r.page, r.over = page, false
	var timer *time.Timer
	timer = time.AfterFunc(recoveryWait, func() {
		v.mu.Lock()
		defer v.mu.Unlock()
		v.once(stepRecovery, func(v *View, gen uint64) {
			if r == v.delivery.recovery && r.timer == timer && r.waits() {
				r.over = true
				v.begin()
				v.show(gen)
			}
		})
	})
	r.timer = timer
	for i, f := range r.forms {
		if !f.settled {
			answer := protocol.RecoverParam + "=" + r.key + "." + strconv.Itoa(i)
			if conn != nil {
				answer += apart
			}
			ops = protocol.AppendRecovery(ops, f.ID, f.Include, f.Post+"&"+answer, v.address+"?"+answer, v.stamp(), conn != nil)
		}
	}
	return ops
}
