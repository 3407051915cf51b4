package client

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"time"
)

// How long the sse extension of htmx waits before it opens a stream again: the delay that
// the kit's pages name, doubled with each time in a row that did not succeed, and anything
// up to 30 % less or more.
const (
	reconnectDelay    = 100 * time.Millisecond
	reconnectMaxDelay = time.Minute
	reconnectJitter   = 0.3
)

// Return is how a page came back.
type Return struct {
	Left time.Time // when its stream had ended
	Live time.Time // when it was up to date again
	// Attempts is how often it asked for a stream.
	Attempts int
}

// ComeBack waits until the stream ends, and then opens it again and again, with htmx's
// delays, until the page is live; whole is as in [Client.Reconnect]. It returns [ErrReload]
// if the page has to load itself anew.
func (c *Client) ComeBack(ctx context.Context, whole bool) (r Return, err error) {
	for err == nil {
		_, err = c.Next()
	}
	r.Left = time.Now()
	for failed := 0; !errors.Is(err, ErrReload); failed++ {
		if err := pause(ctx, delay(failed)); err != nil {
			return r, err
		}
		r.Attempts++
		if err = c.Reconnect(ctx, whole); err == nil {
			r.Live = time.Now()
			return r, nil
		}
		if c.stream != nil { // it was opened: htmx begins to count anew
			failed = -1
		}
	}
	return r, err
}

// delay is how long htmx waits after so many times in a row that failed.
func delay(failed int) time.Duration {
	d := math.Min(float64(reconnectDelay)*math.Pow(2, float64(failed)), float64(reconnectMaxDelay))
	return time.Duration(d * (1 + reconnectJitter*(2*rand.Float64()-1)))
}

func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
