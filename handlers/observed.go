package handlers

import (
	"context"
	"errors"
	"io"
	"net/http"

	"github.com/sideband-go/sideband/internal/fault"
	"github.com/sideband-go/sideband/internal/keep"
	"github.com/sideband-go/sideband/internal/live"
	"github.com/sideband-go/sideband/stash"
)

// How what is apart from turns has ended, as observers are told.

// finishRead ends the reading of a state. That there is none is no failure: then no record was read.
func finishRead(a *live.Activity, e keep.Envelope, err error) {
	switch {
	case err == nil:
		a.Count(len(e.State), 1)
	case errors.Is(err, stash.ErrNotFound):
		err = nil
	}
	a.Finish(err)
}

// finishHint ends the writing of a state of n bytes, 0 if it was forgotten, to its page, which has taken it, is slow, or is
// not there.
func finishHint(a *live.Activity, n int, sent, connected bool) {
	switch {
	case sent:
		a.Count(n, min(n, 1))
		a.Finish(nil)
	case connected:
		a.Finish(fault.ErrFull)
	default:
		a.Finish(fault.ErrGone)
	}
}

// Writes is part of keep.Watcher.
func (rk *recordKeeper) Writes(ctx context.Context, size int, cause any) (context.Context, keep.Watched) {
	a := rk.view.Apart(live.ActivityStashWrite, "", "", cause)
	a.Count(size, min(size, 1))
	return a.Start(ctx), watchedWrite{a}
}

// watchedWrite is a write under way.
type watchedWrite struct{ activity *live.Activity }

// Finish is part of keep.Watched. A state that is another process's is no failure.
func (w watchedWrite) Finish(err error) {
	if errors.Is(err, stash.ErrFenced) {
		err = fault.ErrGone
	}
	w.activity.Finish(err)
}

// finishUpload ends an upload of so many bytes and files, which was answered with a status; 0 if its event runs.
func finishUpload(a *live.Activity, r *http.Request, bytes int64, files, status int, err error) {
	a.Count(int(bytes), files)
	_, panicked := errors.AsType[*fault.Panic](err)
	switch {
	case err == nil, panicked, errors.Is(err, fault.ErrGone):
	case r.Context().Err() != nil, errors.Is(err, io.ErrUnexpectedEOF): // the browser has cut it
		err = fault.ErrGone
	case status == http.StatusTooManyRequests:
		err = fault.ErrFull
	default:
		err = &fault.Status{Code: status}
	}
	a.Finish(err)
}
