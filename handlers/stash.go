package handlers

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sideband-go/sideband/internal/keep"
	"github.com/sideband-go/sideband/internal/limit"
	"github.com/sideband-go/sideband/internal/live"
	"github.com/sideband-go/sideband/internal/render"
	"github.com/sideband-go/sideband/internal/seal"
	"github.com/sideband-go/sideband/stash"
)

// Stash is the part of a [Config] that says where the values of durable keys are kept; see
// [state.Key.Durable]. Its zero value works: each page keeps its own, sealed, in its document.
type Stash struct {
	// Store keeps the values on a server, so that they also survive a reload. The owner of the store
	// closes it, after [Kit.Shutdown]. Default nil: the page keeps them, up to 4 KB.
	Store stash.Store
	// Life is how long a Store keeps values after the last write, the last event, or the end of the page's
	// connection, whichever came last. If the process is killed while the page is connected, it is up to half of Life
	// longer. Hidden pages are not, unless they have KeepConnection. Default 1 h. Values in a page live as long as it may be remounted
	// (Security.TicketLife).
	Life time.Duration
	// Size bounds what one view may have in a Store, in bytes. A state that is larger is not kept, nor is the one
	// before it: the next Mount begins as failed. The log says which keys are large. Default 64 KiB.
	Size int
	// PerTab keeps the values of each open page apart. A reload starts with the defaults, since browsers do not say which tab
	// it is. Without it, they belong to the session, the user and the page's path (the page's type, if it has HandleParams):
	// tabs that show the same page share what is kept, and the newest change counts. It has no effect without a Store.
	PerTab bool
	// Manual keeps values when a callback calls Socket.SaveDurable, and only then. Without it, they are kept after
	// each turn that has changed one.
	Manual bool
	// ManualRecovery recovers values when a callback calls Socket.RecoverDurable, and only then. Until then, or until a
	// callback calls SaveDurable or ForgetDurable, what is kept stays as it is. Without it, values are there before Mount.
	ManualRecovery bool
	// Version of the values. Those of another version are not found, unless Upgrade makes values of this
	// one of them.
	Version string
	// Upgrade changes values that were kept under another version, or returns an error if it can't. It may be
	// called by several goroutines at a time.
	Upgrade func(old StashedValues) (StashedValues, error)
}

// StashedValues are the values of a page's durable keys, as they are stored.
type StashedValues struct {
	Version string
	Page    string // the type of the page: its package's path and its name
	Values  []StashedValue
}

// StashedValue is the value of a durable key.
type StashedValue struct {
	Component string // the type and the id, "todos.Item.todo-17"; "" of the page
	Key       string
	Data      []byte // JSON, or gob if the key's type asks for it
}

const (
	defaultStashLife = time.Hour
	defaultStashSize = stash.MinSize
	// maxPageStash bounds the sealed values in a page, in bytes.
	maxPageStash = 4 << 10
	// maxSpoiled bounds the states that are remembered because Mount has panicked with them, and spoiledLife for how long.
	maxSpoiled  = 10_000
	spoiledLife = 10 * time.Minute
	// stashWait is how long a request that remounts a view, or opens a page, waits for the store.
	stashWait = 2 * time.Second
)

// stashes is how a kit keeps durable state.
type stashes struct {
	Stash
	sealer *seal.Sealer
	writer *keep.Writer // nil: the pages keep it
	asking asking

	// spoiled are states with which Mount has panicked: the next Mount begins without.
	spoiled *limit.Exemptions[string]

	// wanted are states that a callback has asked for: the next Mount begins with them.
	wanted *limit.Exemptions[string]

	// types are the names of the types of pages that have had durable keys with values.
	types sync.Map

	refreshing atomic.Int64 // pages that have yet to be sent their state
}

func (k *Kit) newStashes(c Stash) *stashes {
	orDefault(&c.Life, defaultStashLife)
	orDefault(&c.Size, defaultStashSize)
	s := &stashes{Stash: c, spoiled: limit.NewExemptions[string](maxSpoiled, spoiledLife), wanted: limit.NewExemptions[string](maxSpoiled, spoiledLife), sealer: seal.New(k.config.Security.Secrets, "sideband stash", keep.Version)}
	if c.Store != nil {
		s.writer = keep.NewWriter(keep.Config{
			Store: c.Store, Sealer: s.sealer, Life: c.Life, ReadTime: stashWait, Version: c.Version, Log: k.log,
			Count: keep.Counters{
				Writes: &k.stats.StashWrites, Failures: &k.stats.StashFailures,
				Fenced: &k.stats.StashFenced, Dropped: &k.stats.StashDropped,
			},
		})
	}
	return s
}

// upgrade returns the state of an envelope as one of this version.
func (s *stashes) upgrade(e keep.Envelope, page string) (state []byte, found bool, err error) {
	switch {
	case e.Page != page:
		return nil, false, fmt.Errorf("what is stored is of %s", e.Page)
	case e.Version == s.Version:
		return e.State, true, nil
	case s.Upgrade == nil:
		return nil, false, nil
	}
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("Stash.Upgrade has panicked: %v", p)
		}
	}()
	old := StashedValues{Version: e.Version, Page: e.Page}
	values, err := render.ReadDurable(e.State)
	if err != nil {
		return nil, false, err
	}
	for _, v := range values {
		old.Values = append(old.Values, StashedValue(v))
	}
	now, err := s.Upgrade(old)
	if err != nil {
		return nil, false, fmt.Errorf("Stash.Upgrade: %w", err)
	}
	values = values[:0]
	for _, v := range now.Values {
		values = append(values, render.DurableValue(v))
	}
	return render.AppendDurable(nil, values), true, nil
}

// refuseStash notes that the state of a view can't be kept. It returns what is kept in its place.
func (k *Kit) refuseStash(v *live.View, err error) []byte {
	increment(&k.stats.StashRefused)
	k.once("stash "+v.Definition().FullName(), func() {
		k.log.Error("sideband: durable state can't be kept; this is logged once for a page", "view", v.Definition().Name(), "err", err)
	})
	return keep.Refusal(err)
}

// tooLarge is the error of a state that is larger than what it is kept in takes.
func tooLarge(state []byte, size, most int, advice string) error {
	const maxKeys = 5
	var keys []string
	values, _ := render.ReadDurable(state)
	for _, v := range render.LargestFirst(values) {
		if len(keys) == maxKeys {
			keys = append(keys, "…")
			break
		}
		name := v.Key
		if v.Component != "" {
			name = v.Component + "." + v.Key
		}
		keys = append(keys, fmt.Sprintf("%.100s %d", name, len(v.Data)))
	}
	return fmt.Errorf("%w: durable state of %d bytes, more than %d (%s bytes): %s", stash.ErrTooLarge, size, most, strings.Join(keys, ", "), advice)
}
