package live

import (
	"fmt"
	"slices"

	"github.com/sideband-go/sideband/internal/fault"
	"github.com/sideband-go/sideband/patch"
)

// pushed is an event for the page, which callbacks have pushed: its data stands behind its name.
type pushed struct {
	data      []byte
	name      uint16
	transient bool // it is for a page that is connected now
}

// The bounds of the events that wait for a page, and of those of one callback.
const (
	MaxPushed      = 256
	MaxPushedBytes = 256 << 10
)

func sizeOf(list []pushed) (n int) {
	for _, p := range list {
		n += len(p.data)
	}
	return n
}

// main returns the callback that hooks run around; the callback itself if it is none of a hook.
func (cb *Callback) main() *Callback {
	if a := cb.around; a != nil && a.outer != nil {
		return a.outer
	}
	return cb
}

// Push pushes an event to the page once the callback has succeeded: after the patch of its turn, and again if the page has
// missed it, unless it is transient. The name must be valid, the data has no line ends. It returns fault.ErrFull, wrapped,
// if the callback has pushed too much.
func (cb *Callback) Push(name string, data []byte, transient bool) error {
	cb.Check()
	cb = cb.main()
	if len(cb.pushed) >= MaxPushed || sizeOf(cb.pushed)+len(name)+len(data) > MaxPushedBytes {
		return fmt.Errorf("views: a callback pushes up to %d events and %d bytes: %w", MaxPushed, MaxPushedBytes, fault.ErrFull)
	}
	all := make([]byte, 0, len(name)+len(data))
	all = append(append(all, name...), data...)
	cb.pushed = append(cb.pushed, pushed{all, uint16(len(name)), transient})
	return nil
}

// Reply gives the event's answer a reply, JSON without line ends, also if the callback fails.
func (cb *Callback) Reply(data []byte) {
	cb.Check()
	cb.main().reply = data
}

// push takes the events of a callback that has succeeded. They wait for the rendering, and for the page if that is away;
// of too many the oldest are lost.
func (v *View) push(list []pushed) {
	if len(list) == 0 {
		return
	}
	for _, p := range list {
		if !p.transient || v.Connected() {
			v.pushed = append(v.pushed, p)
		}
	}
	v.boundPushed()
}

func (v *View) boundPushed() {
	n := sizeOf(v.pushed)
	for len(v.pushed) > MaxPushed || n > MaxPushedBytes {
		n -= len(v.pushed[0].data)
		v.pushed = v.pushed[1:]
		increment(v.host.Count.EventsLost)
	}
}

// send sends what has changed, and more, and the events that callbacks have pushed after it.
func (v *View) send(conn Conn, posted *patch.Posted, more []byte) error {
	err := v.sendChanges(conn, posted, more)
	if err == nil {
		v.sendPushed(conn)
	}
	return err
}

// sendPushed sends the events that wait, if the page has got all else.
func (v *View) sendPushed(conn Conn) {
	d := &v.delivery
	for len(v.pushed) > 0 && d.isUpToDate() && !d.unknown {
		p := v.pushed[0]
		v.pushed = v.pushed[1:]
		m := message{ID: d.seq + 1, Data: p.data, name: p.name}
		if p.transient { // nobody gets it later: it is not in the log
			if m.send(conn, v.idOf(m.ID)) {
				d.seq, d.sent = m.ID, m.ID
				d.log.Skip(m.ID)
			}
			continue
		}
		d.seq = m.ID
		d.log.add(m)
		v.put(conn, m)
	}
	if len(v.pushed) == 0 {
		v.pushed = nil
	}
}

// send sends the message.
func (m message) send(conn Conn, id string) bool {
	if m.name == 0 {
		return conn.Send(id, m.Data)
	}
	ok, _ := conn.SendNamed(string(m.Data[:m.name]), id, m.Data[m.name:]) // the name is valid
	return ok
}

// pushAgain has the events after message id, which a page may have missed that is about to get the whole view, sent
// after that.
func (v *View) pushAgain(id uint64) {
	d := &v.delivery
	missed := d.log.After(id)
	if m := d.refused; m != nil && m.ID > id && !slices.ContainsFunc(missed, func(o message) bool { return o.ID == m.ID }) {
		missed = slices.Insert(missed, 0, *m) // it was too large for the log
	}
	var list []pushed
	for _, m := range missed {
		if m.name > 0 {
			list = append(list, pushed{m.Data, m.name, false})
		}
	}
	if list == nil {
		return
	}
	v.pushed = append(list, v.pushed...)
	d.log.Reset(d.seq) // else they would be sent twice
	d.refused = nil
	v.boundPushed()
}
