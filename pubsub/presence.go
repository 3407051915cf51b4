package pubsub

import (
	"errors"
	"fmt"
	"reflect"
	"slices"

	"github.com/sideband-go/sideband/views"
)

// Presence is the list of members of one place, such as a room or a document. Create it with
// [NewPresence]; the zero value panics on use. Copy it freely: it is small, and safe for concurrent
// use.
//
// W describes a member. Equal values (==) are one member: if W is a user's id, two tabs of a user
// count once.
//
// A member is present once the browser's connection is open, so programs that only fetch pages never
// are. It leaves when the connection has been closed for Bus.LeaveGrace (15 s), or when the page or
// component ends. A hidden tab closes its connection, so its member leaves, unless the view has
// KeepConnection.
type Presence[W comparable] struct {
	bus  *Bus
	name string
}

// NewPresence returns the presence of this name. Any string is a name; topics have separate
// names. NewPresence panics if the bus has a presence of this name with another W.
func NewPresence[W comparable](bus *Bus, name string) Presence[W] {
	bus.register("Presence", name, reflect.TypeFor[W]())
	return Presence[W]{bus, escape.Replace(name)}
}

// Of returns the presence of one of many places, as [Topic.Of] does for topics.
func (p Presence[W]) Of(id string) Presence[W] {
	return Presence[W]{p.bus, p.name + ":" + escape.Replace(id)}
}

// Name returns the name, with ids and escapes as [Topic.Name] has them.
func (p Presence[W]) Name() string { return p.name }

func (p Presence[W]) on() *Bus {
	if p.bus == nil {
		panic(fmt.Sprintf("pubsub: a Presence[%v] that was not made by NewPresence: is a field of the page not filled?", reflect.TypeFor[W]()))
	}
	return p.bus
}

// List returns the members in the order of arrival. With a broker, it includes those of other
// processes only while a page of this process has joined or watches the presence.
func (p Presence[W]) List() []W {
	r := existing[W](p.on(), p.name)
	if r == nil {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.roster().all)
}

// Count returns the number of members, of other processes under the same condition as List.
func (p Presence[W]) Count() int {
	r := existing[W](p.on(), p.name)
	if r == nil {
		return 0
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.entries)
}

// Roster is the list of members, and what has changed in it. Views share its slices: do not
// change them.
type Roster[W any] struct {
	// All holds the members in the order of arrival; between processes their clocks decide.
	All []W
	// Joined and Left hold the members that have joined and left since the last call. A call may
	// have several changes: with more than 16 members they are collected for a tenth of a second,
	// with thousands for up to two seconds. A member that has left and joined again is in neither.
	Joined, Left []W
}

// Join makes who a member as long as the page or component of the callback lives and its browser is
// connected. It takes effect when the callback succeeds. It runs h once before the next rendering, and
// then whenever somebody joins or leaves. h is a method of the page or component, of an enclosing
// component, or of the page around it. Another Join of the same page or component replaces who and h,
// for example when a user has changed their name.
//
// Join returns an error if the bus is closed (ErrClosed), or if who is not equal to itself
// (NaN, which browsers can post as a number) or can't be compared. With a broker it also returns
// ErrTooLarge, an error of encoding who, and the broker's error.
func Join[V any, W comparable](s *views.Socket, p Presence[W], who W, h func(V, *views.Socket, Roster[W]) error) error {
	me, err := p.describe(who)
	if err != nil {
		return err
	}
	return enterRoster(s, p, me, h)
}

// JoinCount joins as [Join] does, for a page that shows only the number of members: it runs h
// whenever the number has changed.
func JoinCount[V any, W comparable](s *views.Socket, p Presence[W], who W, h func(V, *views.Socket, int) error) error {
	me, err := p.describe(who)
	if err != nil {
		return err
	}
	return enterCount(s, p, me, h)
}

// describe returns the identity of a member.
func (p Presence[W]) describe(who W) (identity[W], error) {
	raw, err := p.on().encode(who)
	if err == nil {
		err = usable(who)
	}
	if err != nil {
		return identity[W]{}, fmt.Errorf("pubsub: presence %s: %w", p.name, err)
	}
	return identity[W]{who: who, raw: raw, joins: true}, nil
}

// usable returns an error if who can't be a key of a map.
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

// Watch runs h as [Join] does, without joining. It replaces a Join of the same page or component,
// and a Join replaces it.
func Watch[V any, W comparable](s *views.Socket, p Presence[W], h func(V, *views.Socket, Roster[W]) error) error {
	return enterRoster(s, p, identity[W]{}, h)
}

// WatchCount runs h as [JoinCount] does, without joining. In large rooms it costs much less than
// [Watch].
func WatchCount[V any, W comparable](s *views.Socket, p Presence[W], h func(V, *views.Socket, int) error) error {
	return enterCount(s, p, identity[W]{}, h)
}

// Leave ends the Join or Watch of the page or component of the callback. It takes effect when the
// callback succeeds.
func Leave[W comparable](s *views.Socket, p Presence[W]) {
	r := existing[W](p.on(), p.name)
	if r == nil {
		return
	}
	m := r.member(s.Ref())
	if m == nil {
		return
	}
	generation := m.generation.Load()
	s.OnCommit(func() {
		if m.generation.Load() == generation { // not joined again, later in the same callback
			m.end()
			m.stop()
		}
	})
}

// rosterChanged is the message of a notification. The roster itself is taken when it runs.
type rosterChanged struct{}

func enterRoster[V any, W comparable](s *views.Socket, p Presence[W], id identity[W], h func(V, *views.Socket, Roster[W]) error) error {
	return enter(s, p, id, false, func(m *member[W], onRollback func(), v V, s *views.Socket) error {
		roster, changed := m.takeRoster()
		if !changed {
			return nil
		}
		s.OnRollback(onRollback)
		return h(v, s, roster)
	})
}

func enterCount[V any, W comparable](s *views.Socket, p Presence[W], id identity[W], h func(V, *views.Socket, int) error) error {
	return enter(s, p, id, true, func(m *member[W], onRollback func(), v V, s *views.Socket) error {
		n, changed := m.takeCount()
		if !changed {
			return nil
		}
		s.OnRollback(onRollback)
		return h(v, s, n)
	})
}

// enter makes the page or component of the callback a member whose notifications call run.
func enter[V any, W comparable](s *views.Socket, p Presence[W], id identity[W], wantsCount bool, run func(m *member[W], onRollback func(), v V, s *views.Socket) error) error {
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
			if err := m.acquireFeed(s); err != nil {
				m.end()
				m.stop()
				return fmt.Errorf("pubsub: presence %s: subscribe at the broker: %w", p.name, err)
			}
		}
		stopEnd, stopConnection := m.stop, s.OnConnection(m.connectionChanged)
		m.stop = func() bool { stopConnection(); return stopEnd() }
		m.addJoining()
	}
	m.generation.Add(1)
	onRollback := func() { b.lag(ref, &m.lagged) }
	notify := func(v V, s *views.Socket, _ rosterChanged) error { return run(m, onRollback, v, s) }
	bound := views.SendFunc(ref, notify)
	s.OnCommit(func() { m.commit(id, wantsCount, func() error { return bound(rosterChanged{}) }) })
	return views.Send(s, notify, rosterChanged{})
}
