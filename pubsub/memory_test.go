package pubsub_test

import (
	"context"
	"slices"
	"sync"
)

// memory is a broker without a network: what is published has arrived when Publish returns.
type memory struct {
	mu   sync.Mutex
	log  []sent
	subs map[string][]*memorySub

	// Set by tests.
	fail    error                            // of Publish
	refuse  error                            // of Subscribe
	lose    func(subject string, n int) bool // the nth message
	hold    chan struct{}                    // Publish waits for it
	asked   int                              // how often Subscribe was called
	cancels int
}

type sent struct {
	subject string
	data    []byte
}

type memorySub struct{ deliver func([]byte) }

func (m *memory) Publish(ctx context.Context, subject string, data []byte) error {
	if m.hold != nil {
		select {
		case <-m.hold:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fail != nil {
		return m.fail
	}
	m.log = append(m.log, sent{subject, data})
	if m.lose != nil && m.lose(subject, len(m.log)-1) {
		return nil
	}
	for _, s := range m.subs[subject] {
		s.deliver(slices.Clone(data))
	}
	return nil
}

func (m *memory) Subscribe(subject string, deliver func(data []byte)) (func(), error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.asked++
	if m.refuse != nil {
		return nil, m.refuse
	}
	if m.subs == nil {
		m.subs = map[string][]*memorySub{}
	}
	s := &memorySub{deliver}
	m.subs[subject] = append(m.subs[subject], s)
	return func() {
		m.mu.Lock()
		defer m.mu.Unlock()
		m.cancels++
		m.subs[subject] = slices.DeleteFunc(m.subs[subject], func(x *memorySub) bool { return x == s })
	}, nil
}

func (m *memory) sent() []sent {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.log)
}

func (m *memory) set(f func(m *memory)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	f(m)
}

// stand returns the number of subscriptions. The caller holds mu.
func (m *memory) stand() int {
	n := 0
	for _, s := range m.subs {
		n += len(s)
	}
	return n
}
