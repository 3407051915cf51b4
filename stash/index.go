package stash

import (
	"container/heap"
	"time"
)

// index is what a store knows of its records, by name, by session, by identity, and by when they expire. Its zero value
// is empty.
type index struct {
	records  map[string]*record
	groups   map[string]map[string]*record // of sessions and identities
	byExpiry expiries
}

type record struct {
	key   Key
	fence Fence
	data  []byte   // of Memory
	at    position // of Files
	until time.Time
	place int // in the heap
}

// find returns a record that has not expired; nil if there is none.
func (x *index) find(name string, now time.Time) *record {
	if r := x.records[name]; r != nil && r.until.After(now) {
		return r
	}
	return nil
}

// matching returns the records that Delete deletes.
func (x *index) matching(key Key) (all []*record) {
	if key.Name != "" {
		if r := x.records[key.Name]; r != nil {
			all = append(all, r)
		}
		return all
	}
	for n, group := range groupsOf(key) {
		for _, r := range x.groups[group] {
			if n == 0 || r.key.Session != key.Session {
				all = append(all, r)
			}
		}
	}
	return all
}

// expired returns the record that has expired first, if any has.
func (x *index) expired(now time.Time) *record {
	if len(x.byExpiry) == 0 || x.byExpiry[0].until.After(now) {
		return nil
	}
	return x.byExpiry[0]
}

// add adds a record of a name that the index does not have.
func (x *index) add(r *record) {
	if x.records == nil {
		x.records, x.groups = map[string]*record{}, map[string]map[string]*record{}
	}
	x.records[r.key.Name] = r
	for _, group := range groupsOf(r.key) {
		if x.groups[group] == nil {
			x.groups[group] = map[string]*record{}
		}
		x.groups[group][r.key.Name] = r
	}
	heap.Push(&x.byExpiry, r)
}

func (x *index) remove(r *record) {
	delete(x.records, r.key.Name)
	for _, group := range groupsOf(r.key) {
		if delete(x.groups[group], r.key.Name); len(x.groups[group]) == 0 {
			delete(x.groups, group)
		}
	}
	heap.Remove(&x.byExpiry, r.place)
}

func (x *index) extend(r *record, until time.Time) {
	r.until = until
	heap.Fix(&x.byExpiry, r.place)
}

// groupsOf returns what a record may be deleted by beside its name.
func groupsOf(key Key) (groups []string) {
	if key.Session != "" {
		groups = append(groups, "session "+key.Session)
	}
	if key.Identity != "" {
		groups = append(groups, "identity "+key.Identity)
	}
	return groups
}

// expiries is a heap of records, the first to expire first.
type expiries []*record

func (e expiries) Len() int           { return len(e) }
func (e expiries) Less(i, j int) bool { return e[i].until.Before(e[j].until) }
func (e expiries) Swap(i, j int)      { e[i], e[j] = e[j], e[i]; e[i].place, e[j].place = i, j }

func (e *expiries) Push(x any) {
	r := x.(*record)
	r.place = len(*e)
	*e = append(*e, r)
}

func (e *expiries) Pop() any {
	last := len(*e) - 1
	r := (*e)[last]
	(*e)[last] = nil
	*e = (*e)[:last]
	return r
}
