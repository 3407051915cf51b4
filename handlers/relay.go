package handlers

import (
	"context"
	"crypto/rand"
	"errors"
	"sync"
	"time"

	"github.com/sideband-go/sideband/internal/session"
	"github.com/sideband-go/sideband/pubsub"
)

// ending is what the kit of one process tells those of the others: whose pages end.
type ending struct {
	From     string  `json:"from"` // the relay that tells
	Session  []byte  `json:"session,omitempty"`
	Identity *string `json:"identity,omitempty"` // "" is everybody who is not logged in
	Reloads  *string `json:"reloads,omitempty"`  // an identity of which what is stored stays; older processes do nothing
}

const (
	// endingsTopic is the name of the topic at Config.Bus.
	endingsTopic = "sideband.endings"
	// listenPatience is how long the broker may take to subscribe.
	listenPatience = 5 * time.Second
	// listenPause is the pause before the next attempt, if that failed.
	listenPause = 5 * time.Second
)

// relay tells the kits of other processes which pages end, and hears it from them.
type relay struct {
	kit   *Kit
	topic pubsub.Topic[ending]
	id    string

	mu      sync.Mutex
	closed  bool
	stop    func()      // ends listening; nil while it does not listen
	retry   *time.Timer // the next attempt to listen
	missed  bool        // the pages have to reconnect (once more)
	running bool        // they do

	ctx    context.Context // ends with the relay
	cancel context.CancelFunc
	work   sync.WaitGroup
}

// newRelay returns nil without a bus, on which all methods do nothing.
func newRelay(k *Kit, bus *pubsub.Bus) *relay {
	if bus == nil {
		return nil
	}
	r := &relay{kit: k, topic: pubsub.NewTopic[ending](bus, endingsTopic), id: rand.Text()}
	r.ctx, r.cancel = context.WithCancel(context.Background())
	if r.listen() != nil {
		r.tryAgain()
	}
	return r
}

// listen waits for the broker.
func (r *relay) listen() error {
	ctx, cancel := context.WithTimeout(r.ctx, listenPatience)
	defer cancel()
	stop, err := r.topic.Receive(ctx, r.heard, r.reconnectAll)
	if err != nil {
		if r.ctx.Err() == nil {
			r.kit.log.Error("sideband: the kit does not hear which pages other processes end", "err", err)
		}
		return err
	}
	r.mu.Lock()
	closed := r.closed
	if !closed {
		r.stop = stop
	}
	r.mu.Unlock()
	if closed {
		stop()
	}
	return nil
}

// tryAgain listens after a pause, until that succeeds. What was missed meanwhile is made up for.
func (r *relay) tryAgain() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return
	}
	r.retry = time.AfterFunc(listenPause, func() {
		r.mu.Lock()
		if r.closed {
			r.mu.Unlock()
			return
		}
		r.work.Add(1) // before close waits
		r.mu.Unlock()
		defer r.work.Done()
		switch err := r.listen(); {
		case err == nil:
			r.reconnectAll()
		case !errors.Is(err, pubsub.ErrClosed):
			r.tryAgain()
		}
	})
}

func (r *relay) tellSession(id session.ID) { r.tell(ending{Session: id[:]}) }

func (r *relay) tellIdentity(identity string, reload bool) {
	if reload {
		r.tell(ending{Reloads: &identity})
		return
	}
	r.tell(ending{Identity: &identity})
}

func (r *relay) tell(e ending) {
	if r == nil {
		return
	}
	e.From = r.id
	publish, err := r.topic.Prepare(e)
	if err != nil {
		r.kit.log.Error("sideband: other processes do not hear which pages end", "err", err)
		return
	}
	publish()
}

// heard ends pages as the kit of another process has done.
func (r *relay) heard(e ending) {
	if e.From == r.id {
		return
	}
	if e.Reloads != nil {
		r.kit.dismiss(*e.Reloads, reloadPause)
	}
	if e.Identity != nil {
		r.kit.disconnect(*e.Identity)
	}
	if id := (session.ID{}); len(e.Session) == len(id) {
		copy(id[:], e.Session)
		r.kit.sessions.Revoke(id)
		r.kit.dismissSession(id)
	}
}

// reconnectAll lets all pages reconnect, through the application's middleware: it is not known which of
// them should have ended.
func (r *relay) reconnectAll() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return
	}
	r.missed = true
	if r.running {
		return
	}
	r.running = true
	r.work.Go(func() {
		for {
			r.mu.Lock()
			again := r.missed && !r.closed
			r.missed, r.running = false, again
			r.mu.Unlock()
			if !again {
				return
			}
			r.kit.views.Disconnect(r.ctx, r.kit.config.Timeouts.ShutdownSpread)
		}
	})
}

func (r *relay) close() {
	if r == nil {
		return
	}
	r.mu.Lock()
	r.closed = true
	if r.retry != nil {
		r.retry.Stop()
	}
	stop := r.stop
	r.stop = nil
	r.mu.Unlock()
	r.cancel()
	if stop != nil {
		stop()
	}
	r.work.Wait()
}
