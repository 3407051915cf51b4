package pubsub

import (
	"errors"
	"fmt"
	"reflect"
	"slices"

	"github.com/sideband-go/sideband/views"
)

// Presence is a list of who is at one place. Make it with [NewPresence]; the zero value
// panics when it is used. It is a small value, to be copied, and safe for concurrent use.
//
// W is whatever is to be known of somebody, with ==, and equal values count once: with a
// W that is a user's id two tabs of one user are one, with a W that holds something of
// the tab as well they are two.
//
// Somebody counts from when the browser's stream opens, so that what only fetches pages
// is not there, until it has been closed for Bus.LeaveGrace (15 s) or the page or component
// has ended. A page in a hidden tab closes its stream, and so leaves, unless its view
// has KeepConnection.
type Presence[W comparable] struct {
	bus  *Bus
	name string
}

// NewPresence returns the presence of this name. Any string is a name; topics have names
// of their own. It panics if the bus has a presence of the same name with another W.
func NewPresence[W comparable](bus *Bus, name string) Presence[W] {
	bus.register("Presence", name, reflect.TypeFor[W]())
	return Presence[W]{bus, escape.Replace(name)}
}

// Of is the presence at one of many places, as Of of a [Topic].
func (p Presence[W]) Of(id string) Presence[W] {
	return Presence[W]{p.bus, p.name + ":" + escape.Replace(id)}
}

// Name is the presence's name, as that of a [Topic].
func (p Presence[W]) Name() string { return p.name }

func (p Presence[W]) on() *Bus {
	if p.bus == nil {
		panic(fmt.Sprintf("pubsub: a Presence[%v] that was not made by NewPresence: is a field of the page not filled?", reflect.TypeFor[W]()))
	}
	return p.bus
}

// List is who is here, in the order of arrival. With a broker, it knows of other
// processes only while a page of this one has joined or watches the presence.
func (p Presence[W]) List() []W {
	r := existing[W](p.on(), p.name)
	if r == nil {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.roster().all)
}

// Count is how many are here; what List says of other processes is true of it, too.
func (p Presence[W]) Count() int {
	r := existing[W](p.on(), p.name)
	if r == nil {
		return 0
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.entries)
}

// Roster is who is here, and what has changed. Its slices may be shared with other
// views: they must not be changed.
type Roster[W any] struct {
	// All are in the order of arrival; between processes their clocks decide.
	All []W
	// Joined and Left are what has changed since this subscriber was told last, if it is
	// not undone by now. What happens in short succession may come as one: in a room of more
	// than 16 it is collected for a tenth of a second, of thousands for up to two.
	Joined, Left []W
}

// Join makes who present for as long as the page or component of the callback lives
// and is watched, and runs h, a method of it, of a component around it or of the
// page, after the callback, before the next rendering, and then whenever somebody comes or leaves.
// It happens when the callback succeeds. Joining again from the same page or component
// replaces who and h: a name was changed, say.
//
// The error is ErrClosed, that a who is not equal to itself (NaN, which browsers may post as
// a number) or can't be compared, or with a broker ErrTooLarge, that of encoding who, or the broker's.
func Join[V any, W comparable](s *views.Socket, p Presence[W], who W, h func(V, *views.Socket, Roster[W]) error) error {
	me, err := p.describe(who)
	if err != nil {
		return err
	}
	return enterRoster(s, p, me, h)
}

// JoinCount is [Join] for a page that shows how many are here, and not who: h is run whenever
// their number has changed.
func JoinCount[V any, W comparable](s *views.Socket, p Presence[W], who W, h func(V, *views.Socket, int) error) error {
	me, err := p.describe(who)
	if err != nil {
		return err
	}
	return enterCount(s, p, me, h)
}

// describe is what a member tells of itself.
func (p Presence[W]) describe(who W) (self[W], error) {
	raw, err := p.on().encode(who)
	if err == nil {
		err = usable(who)
	}
	if err != nil {
		return self[W]{}, fmt.Errorf("pubsub: presence %s: %w", p.name, err)
	}
	return self[W]{who: who, raw: raw, known: true}, nil
}

// usable reports whether who can be found again.
func usable[W comparable](who W) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%v", r)
		}
	}()
	if _, same := map[W]struct{}{who: {}}[who]; !same {
		return errors.New("who is not equal to itself")
	}
	return nil
}

// Watch is Join without being present: h is told of who comes and leaves. It replaces a
// Join of the same page or component, and the other way round.
func Watch[V any, W comparable](s *views.Socket, p Presence[W], h func(V, *views.Socket, Roster[W]) error) error {
	return enterRoster(s, p, self[W]{}, h)
}

// WatchCount is [Watch] for a page that shows how many are here, and not who: h is run
// whenever their number has changed. It costs the less the more people are here.
func WatchCount[V any, W comparable](s *views.Socket, p Presence[W], h func(V, *views.Socket, int) error) error {
	return enterCount(s, p, self[W]{}, h)
}

// Leave ends the Join or Watch of the page or component of the callback, when the callback
// has succeeded.
func Leave[W comparable](s *views.Socket, p Presence[W]) {
	r := existing[W](p.on(), p.name)
	if r == nil {
		return
	}
	m := r.member(s.Ref())
	if m == nil {
		return
	}
	turn := m.turn.Load()
	s.OnCommit(func() {
		if m.turn.Load() == turn { // not joined again, later in the same callback
			m.end()
			m.stop()
		}
	})
}

// wake tells a member that there is something to be told.
type wake struct{}

func enterRoster[V any, W comparable](s *views.Socket, p Presence[W], who self[W], h func(V, *views.Socket, Roster[W]) error) error {
	return enter(s, p, who, false, func(m *member[W], undone func(), v V, s *views.Socket) error {
		roster, news := m.take()
		if !news {
			return nil
		}
		s.OnRollback(undone)
		return h(v, s, roster)
	})
}

func enterCount[V any, W comparable](s *views.Socket, p Presence[W], who self[W], h func(V, *views.Socket, int) error) error {
	return enter(s, p, who, true, func(m *member[W], undone func(), v V, s *views.Socket) error {
		n, news := m.takeNumber()
		if !news {
			return nil
		}
		s.OnRollback(undone)
		return h(v, s, n)
	})
}

// enter makes the page or component of the callback a member that is told by run.
func enter[V any, W comparable](s *views.Socket, p Presence[W], who self[W], counts bool, run func(m *member[W], undone func(), v V, s *views.Socket) error) error {
	b, ref := p.on(), s.Ref()
	var m *member[W]
	if r := existing[W](b, p.name); r != nil {
		m = r.member(ref)
	}
	if m == nil {
		var err error
		if m, err = newMember[W](b, p.name, ref); err != nil {
			return err
		}
		m.stop = s.OnEnd(m.end)
		if b.Broker != nil {
			if err := m.follow(s); err != nil {
				m.end()
				m.stop()
				return fmt.Errorf("pubsub: presence %s: subscribe at the broker: %w", p.name, err)
			}
		}
		stopEnd, stopStream := m.stop, s.OnConnection(m.watched)
		m.stop = func() bool { stopStream(); return stopEnd() }
		m.come()
	}
	m.turn.Add(1)
	undone := func() { b.lag(ref, &m.lagged) }
	tell := func(v V, s *views.Socket, _ wake) error { return run(m, undone, v, s) }
	bound := views.SendFunc(ref, tell)
	s.OnCommit(func() { m.set(who, counts, func() error { return bound(wake{}) }) })
	return views.Send(s, tell, wake{})
}
