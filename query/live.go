package query

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/sideband-go/sideband/pubsub"
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

// Live says how a query is loaded, and when again. Only Load is required.
//
// Its functions run in the background, several of different queries at a time. They must not use a socket, and read no
// keys: give them what they need. Their context ends when no page wants the result any more, and after Timeout. A panic
// is an error of the load. What they return must not be changed later.
type Live[T any] struct {
	// Load returns the rows of a window, in their order.
	Load func(ctx context.Context, w Window) ([]T, error)
	// Count returns how many rows there are in all. Default: they are not counted.
	Count func(ctx context.Context) (int, error)
	// ID returns what tells a row from others. ByID and Stream need it.
	ID func(T) string
	// ByID returns those of the rows that still exist, in any order. With it the rows that are shown stay where they
	// are: their values follow the database, those that are deleted are marked, and new ones are counted in Result.New
	// until Refetch or Turn shows them. Without it the rows are exactly those of the query's page.
	ByID func(ctx context.Context, ids []string) ([]T, error)
	// Cursor returns the place of a row in the order, for queries that go on from a row and not from a number of rows
	// (keyset pagination); see Window. Default: pages are numbers.
	Cursor func(T) string
	// Page is the page to begin with: its Number or, with Cursor, After or Before, and its Size.
	Page Page
	// Refetch are topics whose messages load again.
	Refetch []pubsub.AnyTopic
	// Follow returns more topics for the rows that were loaded, such as one for each of them; at most 1,024 count. It
	// is called after each load, in the background. When it names new ones, the query is loaded once more, so that
	// nothing is missed in between; topics of one type that have the same name count as the same. If that load is followed
	// by new ones again, the next one waits for 1 s to 30 s; after five in a row the result has the error ErrTooMany.
	Follow func(rows []T) []pubsub.AnyTopic
	// Every loads again when the newest load is so old, while a browser is connected. Default: never.
	Every time.Duration
	// AtMost is the least time from the beginning of one load to that of the next, except for those that a callback
	// asks for. Default: none.
	AtMost time.Duration
	// Timeout bounds a load with its count. Default: 30 s.
	Timeout time.Duration
	// Shared names what is loaded: views of one kit with the same text and page size share loads and subscriptions,
	// with the settings of the first of them. So it must tell apart everything that the functions depend on: the
	// tenant, the user, the search. Default: loads are not shared.
	Shared string
	// Lazy waits with the first load until the page's connection is open. Default: what Keep is called for in a page
	// that is not connected, such as in Mount, has its rows when the callback returns.
	Lazy bool
	// Wait is how long Keep, Turn and Refetch wait for the rows in a page that is connected, so that they come with the
	// answer to an event. It holds up the view. Default: they come when they are there.
	Wait time.Duration
	// After runs when rows or an error have come that Keep, Turn or Refetch have not waited for, in a callback that may
	// redirect or patch the address. An error rolls that back.
	After func(s *views.Socket, r Result[T]) error
	// Initial takes the place of the first load, if it is not nil.
	Initial []T
	// Stream takes the rows, which then are not in the Result and are not kept by the server. It needs ID; the stream is
	// made with state.NewStream(name, query.Row[T].Key).
	Stream *state.Stream[Row[T]]
}

// ErrTooMany is the error of a result, wrapped, whose view keeps too many queries, or which too many topics follow, or
// others after each load.
var ErrTooMany = errors.New("query: too many")

// Bounds. docs/limits.md lists them.
const (
	maxQueries = 32        // of a view, as it has background tasks
	maxSize    = 1000      // rows of a page
	maxNumber  = 1_000_000 // of a page
	maxCursor  = 1000      // bytes of a cursor in an address
	maxTopics  = 1024      // that follow the result
	maxMoves   = 5         // loads in a row that are followed by new topics, though nothing else has changed
	maxIDs     = 1000      // in one call of ByID

	defaultSize    = 25
	defaultTimeout = 30 * time.Second

	// A load that has failed is tried again after firstRetry, which doubles up to lastRetry. So is one whose topics do not
	// come to rest.
	firstRetry = time.Second
	lastRetry  = 30 * time.Second
	// grace is how long a load may take to return once its context has ended.
	grace = time.Second
	// redelivery is when a view whose mailbox was full is sent the newest rows again. One that has not taken them, as its
	// hooks have refused the message, is sent them then, too, and after twice the time, up to 32 times.
	redelivery = time.Second
)

// check panics if the program is wrong, and sets the defaults.
func (q *Live[T]) check(name string) {
	need := func(ok bool, what string) {
		if !ok {
			panic(fmt.Sprintf("query: Keep of %q needs %s", name, what))
		}
	}
	need(q.Load != nil, "a Load")
	need(q.ID != nil || q.ByID == nil, "an ID for its ByID")
	need(q.ID != nil || q.Stream == nil, "an ID for its Stream")
	q.Page.Size = sizeOf(q.Page.Size)
	if q.Timeout <= 0 {
		q.Timeout = defaultTimeout
	}
}

// sizeOf returns a size within bounds.
func sizeOf(n int) int {
	if n <= 0 {
		return defaultSize
	}
	return min(n, maxSize)
}
