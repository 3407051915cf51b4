package handlers

import (
	"errors"

	"github.com/sideband-go/sideband/patch"
	"github.com/sideband-go/sideband/views"
)

// follows reports whether the page is known to show all items of streams that the view
// has forgotten, or can be told what it has missed. A page that is sent the whole view
// has them only if so.
func (l *live) follows() bool {
	return l.openStream() != nil || l.out.confirmed == l.out.seq || !l.in.Keeps()
}

// startOver drops the view, whose page can't be told what it misses: it mounts it again,
// as after an eviction.
func (l *live) startOver(why error) {
	l.kit.log.Info("sideband: view is mounted again", "view", l.in.Definition().Name(), "err", why)
	l.restart()
}

// mustStartOver starts over if a rendering says so.
func (l *live) mustStartOver(err error) bool {
	again := errors.Is(err, views.ErrRestart)
	if again {
		l.startOver(err)
	}
	return again
}

var errBehind = errors.New("handlers: the page has missed items of a stream that are not kept")

// comeAgain makes the body for a page without a stream whose view has started over.
func (l *live) comeAgain() []byte {
	return patch.AppendReplace(nil, views.StreamID, l.streamElement())
}

// from finds out what a page that connects has seen: everything up to the message id. If
// that is not known, it has to be shown the whole view.
func (l *live) from(at position) (id uint64, known bool) {
	known = at.valid && at.epoch == l.epoch && (at.given || l.out.seq == 0)
	switch {
	case known && at.id <= l.out.seq:
		l.out.confirmed = max(l.out.confirmed, at.id)
	case l.epoch != "" && l.in.Keeps():
		return 0, true // whatever it shows: a view that was mounted again begins with all of it
	}
	return at.id, known && (!l.out.lost || l.in.Keeps())
}
