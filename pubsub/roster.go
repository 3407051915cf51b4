package pubsub

import "slices"

// roster is who was here at one moment. It is never changed.
type roster[W comparable] struct {
	list []*entry[W]
	all  []W
}

// difference is what has changed between two rosters: many members are told the same.
type difference[W comparable] struct {
	before, now  *roster[W]
	joined, left []W
}

// changes are who has come and left between two rosters; before may be nil, for nobody. The
// caller holds the room's mutex.
func (r *room[W]) changes(before, now *roster[W]) (joined, left []W) {
	switch {
	case before == now:
		return nil, nil
	case before == nil:
		return now.all, nil
	case before.begins(now):
		return now.all[len(before.all):], nil
	}
	if d := &r.last; d.before != before || d.now != now {
		d.before, d.now = before, now
		d.joined, d.left = before.changes(now)
	}
	return r.last.joined, r.last.left
}

// begins reports whether people have only come, as far as can be seen at once.
func (old *roster[W]) begins(now *roster[W]) bool {
	n := len(old.list)
	return n == 0 || n <= len(now.list) && &old.list[0] == &now.list[0]
}

// changes compares two rosters.
func (old *roster[W]) changes(now *roster[W]) (joined, left []W) {
	i, j := 0, 0
	for i < len(old.list) || j < len(now.list) {
		switch {
		case j == len(now.list) || i < len(old.list) && old.list[i].before(now.list[j]):
			left = append(left, old.list[i].who)
			i++
		case i == len(old.list) || now.list[j].before(old.list[i]):
			joined = append(joined, now.list[j].who)
			j++
		default:
			i++
			j++
		}
	}
	if len(joined) > 0 && len(left) > 0 { // who left and came back is as before
		back := make(map[W]bool, len(left))
		for _, w := range left {
			back[w] = false
		}
		joined = slices.DeleteFunc(joined, func(w W) bool {
			_, was := back[w]
			if was {
				back[w] = true
			}
			return was
		})
		left = slices.DeleteFunc(left, func(w W) bool { return back[w] })
	}
	return joined, left
}
