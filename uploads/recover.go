package uploads

import (
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sideband-go/sideband/views"
)

// When nobody knows what a page shows, after a restart above all, it is asked what its control holds, and which files it
// shows by their cancel buttons. What the control still holds can be sent again; what has waited in a process that has ended
// is lost.

// rounds is how many ids a control has, one after the other. A page is asked for each of them.
const rounds = 2

// controlID returns the id of the control in a round.
func (b *box) controlID(round int) string { return b.field + "-" + strconv.Itoa(round) }

// told is what the entry's cancel button says of it: its id and, unless it was refused, whether it is there, and its name.
// What was cut or lost says so again after the next restart.
func (e Entry) told() string {
	has := func(p Problem) bool { return slices.Contains(e.Problems, p) }
	switch {
	case e.Name != "" && has(Cut), len(e.Problems) == 0 && !e.Done:
		return e.ID + ".." + e.Name
	case e.Name != "" && has(Lost), len(e.Problems) == 0:
		return e.ID + ".done." + e.Name
	}
	return e.ID
}

var isID = regexp.MustCompile(`^file-[A-Z2-7]{26}$`)

// recovered takes what a page says of the control with the id.
func recovered(s *views.Socket, id string, fields url.Values) {
	at := strings.LastIndexByte(id, '-')
	if at < 0 {
		return
	}
	round, err := strconv.Atoi(id[at+1:])
	u := withField(s, id[:at])
	if err != nil || round < 0 || round >= rounds || u == nil {
		return
	}
	b := u.get(s).box
	b.recover(round, len(fields[b.field]), fields[cancelField])
	b.show(s)
}

// recover notes how many files the control of a round holds, and which ones the page shows.
func (b *box) recover(round, held int, shown []string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ended {
		return
	}
	left := min(held, b.upload.config.MaxFiles)
	switch {
	case !b.asked && b.request == 0: // of an earlier view
		b.asked, b.round = true, round
		for _, text := range shown { // it may hold these: nobody can tell
			if b.lost(text) {
				left--
			}
		}
	case round != b.round:
		return // the control is replaced
	}
	if held == 0 || b.cut || b.reading || !b.atOnce.Load() {
		return // they are known or under way; and what goes with a submit may not have been sent yet
	}
	b.cut = true
	for ; left > 0; left-- {
		b.miss(Entry{ID: newID(), Problems: []Problem{Cut}})
	}
}

// lost adds a file that the page shows and that is not there. It reports whether it is one of the box. The mutex is held.
func (b *box) lost(text string) (ok bool) {
	parts := strings.SplitN(text, ".", 4) // the name of the control is the first
	if len(parts) < 4 || !isID.MatchString(parts[1]) || parts[0] != b.field || len(b.items) >= b.upload.config.MaxFiles+maxRefused {
		return false
	}
	e := Entry{ID: parts[1], Name: cleanName(parts[3]), Problems: []Problem{Lost}}
	if parts[2] == "" { // it was under way
		e.Problems[0] = Cut
	}
	if slices.ContainsFunc(b.items, func(i *item) bool { return i.entry.ID == e.ID }) {
		return false // of two buttons, say
	}
	if !slices.ContainsFunc(b.items, func(i *item) bool { return i.request != missing && i.entry.Name == e.Name }) {
		b.miss(e) // else it comes again already
	}
	return true
}

// missing is in the place of the request that has brought an item: none has.
const missing = -1

// miss adds an entry of a file that is not there, until it comes again. The mutex is held.
func (b *box) miss(e Entry) {
	b.append(&item{entry: e, since: time.Now(), cancel: func() {}, request: missing, again: true})
}
