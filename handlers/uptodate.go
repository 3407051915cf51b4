package handlers

import "github.com/sideband-go/sideband/views"

// upToDate renders the view before an event of a component, if something has changed that
// was not rendered: nobody watches, or the browser is slow. The event runs only if what is
// true now still places the component. A view that was remounted places its components here.
// If the worker was given up, another one answers.
func (l *live) upToDate(me uint64, m views.Message) error {
	if !m.ForPart() || l.in.Rendered() && !l.in.Dirty() {
		return nil
	}
	for range maxRounds {
		if err := l.place(); err != nil || !l.mine(me) {
			return err
		}
		l.in.Begin() // what the event does is rolled back without this
		if !l.in.HasInbox() {
			return nil
		}
		// Components have sent messages while they were rendered.
		if !l.drain(me) {
			return nil
		}
	}
	return errRounds
}

// place renders what has changed. The browser gets it if it can take it; else it is in the
// log of what was sent, for the next connection or the answer to the event.
func (l *live) place() error {
	st := l.openStream()
	switch {
	case !l.in.Rendered():
		_, _, err := l.in.Page()
		return err
	case st != nil && !l.waits() && l.out.lost:
		return l.morph(st, nil)
	case st != nil && !l.waits():
		return l.render(st, nil, nil)
	}
	r, err := l.in.Render(nil)
	if err != nil {
		return err
	}
	l.kit.warn(l, r)
	if len(r.Ops) > 0 {
		l.out.number(r.Ops)
	}
	return nil
}
