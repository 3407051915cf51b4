package stash

import (
	"bytes"
	"context"
	"sync"
	"time"
)

// defaultBytes is how much a Memory holds by default.
const defaultBytes = 64 << 20

// recordCost estimates what a record takes beside its data.
const recordCost = 512

func (r *record) cost() int64 { return recordCost + int64(len(r.data)) }

// expirePerCall bounds how many expired records a call deletes, so that none makes a pause.
const expirePerCall = 8

// Memory is a store in the memory of the process, for tests, and for views that end before their
// process does. The zero value is empty and ready to use. When it is full, Take of new records and Put
// return ErrFull.
type Memory struct {
	// Bytes bounds what it holds, counting 512 bytes for each record beside its data; 64 MiB by default.
	Bytes int64
	// Now is its clock; time.Now by default.
	Now func() time.Time

	mu    sync.Mutex
	all   index
	bytes int64 // of all
}

var _ Store = (*Memory)(nil)

// Take is part of [Store].
func (m *Memory) Take(ctx context.Context, key Key, fence Fence, life time.Duration) ([]byte, error) {
	now, err := m.begin(ctx)
	if err != nil {
		return nil, err
	}
	defer m.mu.Unlock()
	r := m.all.find(key.Name, now)
	if r == nil {
		r = &record{key: key}
		if !m.makeRoom(r.cost(), now) {
			return nil, ErrFull
		}
		m.add(r)
	}
	r.fence = fence
	m.all.extend(r, now.Add(life))
	if len(r.data) == 0 {
		return nil, ErrNotFound
	}
	return bytes.Clone(r.data), nil
}

// Put is part of [Store].
func (m *Memory) Put(ctx context.Context, key Key, fence Fence, data []byte, life time.Duration) error {
	now, err := m.begin(ctx)
	if err != nil {
		return err
	}
	defer m.mu.Unlock()
	r := m.all.find(key.Name, now)
	if r == nil || r.fence != fence {
		return ErrFenced
	}
	m.all.extend(r, now.Add(life)) // before others make room for it
	if more := int64(len(data) - len(r.data)); more > 0 && !m.makeRoom(more, now) {
		return ErrFull
	}
	m.bytes += int64(len(data) - len(r.data))
	r.data = bytes.Clone(data)
	return nil
}

// Get is part of [Store].
func (m *Memory) Get(ctx context.Context, key Key) ([]byte, error) {
	now, err := m.begin(ctx)
	if err != nil {
		return nil, err
	}
	defer m.mu.Unlock()
	r := m.all.find(key.Name, now)
	if r == nil || len(r.data) == 0 {
		return nil, ErrNotFound
	}
	return bytes.Clone(r.data), nil
}

// Extend is part of [Store].
func (m *Memory) Extend(ctx context.Context, key Key, life time.Duration) error {
	now, err := m.begin(ctx)
	if err != nil {
		return err
	}
	defer m.mu.Unlock()
	r := m.all.find(key.Name, now)
	if r == nil {
		return ErrNotFound
	}
	m.all.extend(r, now.Add(life))
	return nil
}

// Delete is part of [Store].
func (m *Memory) Delete(ctx context.Context, key Key) error {
	if _, err := m.begin(ctx); err != nil {
		return err
	}
	defer m.mu.Unlock()
	for _, r := range m.all.matching(key) {
		m.remove(r)
	}
	return nil
}

// Len returns how many records there are, expired ones included that were not deleted yet.
func (m *Memory) Len() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.all.records)
}

// begin locks the store, unless the context has ended, and deletes some of what has expired.
func (m *Memory) begin(ctx context.Context) (now time.Time, err error) {
	if err := ctx.Err(); err != nil {
		return now, err
	}
	now = time.Now()
	if m.Now != nil {
		now = m.Now()
	}
	m.mu.Lock()
	for range expirePerCall {
		if !m.expireOne(now) {
			break
		}
	}
	return now, nil
}

// expireOne deletes the record that has expired first, if any has.
func (m *Memory) expireOne(now time.Time) bool {
	r := m.all.expired(now)
	if r == nil {
		return false
	}
	m.remove(r)
	return true
}

// makeRoom reports whether there is room for so many bytes more.
func (m *Memory) makeRoom(size int64, now time.Time) bool {
	most := m.Bytes
	if most <= 0 {
		most = defaultBytes
	}
	for m.bytes+size > most {
		if !m.expireOne(now) {
			return false
		}
	}
	return true
}

func (m *Memory) add(r *record) {
	if old := m.all.records[r.key.Name]; old != nil { // it has expired
		m.remove(old)
	}
	m.all.add(r)
	m.bytes += r.cost()
}

func (m *Memory) remove(r *record) {
	m.all.remove(r)
	m.bytes -= r.cost()
}
