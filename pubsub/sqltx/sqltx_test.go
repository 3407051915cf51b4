package sqltx_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"github.com/a-h/templ"
	_ "modernc.org/sqlite"

	"github.com/sideband-go/sideband/internal/viewtest"
	"github.com/sideband-go/sideband/pubsub"
	"github.com/sideband-go/sideband/pubsub/sqltx"
	"github.com/sideband-go/sideband/views"
)

// nowhere is a broker that takes everything.
type nowhere struct{}

func (nowhere) Publish(context.Context, string, []byte) error { return nil }

func (nowhere) Subscribe(string, func([]byte)) (func(), error) { return func() {}, nil }

// page records what it hears.
type page struct{ heard *[]string }

func (page) Mount(*views.Socket, views.NoParams) error { return nil }

func (page) Render() templ.Component {
	return templ.ComponentFunc(func(context.Context, io.Writer) error { return nil })
}

func (p page) got(_ *views.Socket, m string) error {
	*p.heard = append(*p.heard, m)
	return nil
}

// notes opens a database in memory with a table of notes.
func notes(t testing.TB) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1) // each connection has a database of its own
	t.Cleanup(func() { db.Close() })
	if _, err := db.ExecContext(t.Context(), `CREATE TABLE notes (text TEXT UNIQUE)`); err != nil {
		t.Fatal(err)
	}
	return db
}

// Case 349. What a transaction publishes is heard when it has been committed, and not if it is rolled back.
func TestPublishingInATransaction(t *testing.T) {
	db := notes(t)
	bus := &pubsub.Bus{Broker: nowhere{}, Logger: slog.New(slog.DiscardHandler), MaxMessage: 200}
	t.Cleanup(bus.Close)
	topic := pubsub.NewTopic[string](bus, "notes")
	var pageHeard []string
	v, _ := viewtest.NewReporting(t, viewtest.Define[views.NoParams](page{&pageHeard}))
	v.Set(func(s *views.Socket) {
		if err := pubsub.Subscribe(s, topic, page.got); err != nil {
			t.Error(err)
		}
	})
	expect := func(want ...string) {
		t.Helper()
		for c, ok := v.Next(); ok; c, ok = v.Next() {
			v.Succeed(c)
		}
		if !slices.Equal(pageHeard, want) {
			t.Errorf("heard %q and not %q", pageHeard, want)
		}
		pageHeard = nil
	}
	heard := 0
	stop, err := topic.Listen(t.Context(), func() {
		heard++
		var n int
		if err := db.QueryRowContext(t.Context(), `SELECT count(*) FROM notes`).Scan(&n); err != nil || n != heard {
			t.Errorf("heard %d, but there are %d notes (%v)", heard, n, err)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	write := func(text string) func(tx *sqltx.Tx) error {
		return func(tx *sqltx.Tx) error {
			if _, err := tx.ExecContext(t.Context(), `INSERT INTO notes (text) VALUES (?)`, text); err != nil {
				return err
			}
			return sqltx.Publish(tx, topic, text)
		}
	}
	if err := sqltx.Do(t.Context(), db, nil, write("one")); err != nil {
		t.Fatal(err)
	}
	expect("one")
	if err := sqltx.Do(t.Context(), db, nil, write("one")); err == nil { // it is there already
		t.Error("no error")
	}
	if err := sqltx.Do(t.Context(), db, nil, write(strings.Repeat("x", 300))); !errors.Is(err, pubsub.ErrTooLarge) {
		t.Error(err)
	}
	wrong := errors.New("wrong")
	if err := sqltx.Do(t.Context(), db, nil, func(tx *sqltx.Tx) error { return errors.Join(write("two")(tx), wrong) }); !errors.Is(err, wrong) {
		t.Error(err)
	}
	func() {
		defer func() { _ = recover() }()
		_ = sqltx.Do(t.Context(), db, nil, func(tx *sqltx.Tx) error {
			_ = write("three")(tx)
			panic("no")
		})
	}()
	expect()

	// A callback that fails after the transaction has still changed the database.
	err = v.Run(t.Context(), viewtest.Callback("test", func(s *views.Socket) error {
		return errors.Join(sqltx.Do(s, db, nil, write("four")), wrong)
	}))
	if !errors.Is(err, wrong) {
		t.Error(err)
	}
	expect("four")
	if heard != 2 || bus.Stats().Published != 2 {
		t.Errorf("heard %d, %+v", heard, bus.Stats())
	}
}

// Whoever hears that a note has come finds it in the database.
func ExampleDo() {
	ctx := context.Background()
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	changed := pubsub.NewTopic[int64](new(pubsub.Bus), "notes")

	err = sqltx.Do(ctx, db, nil, func(tx *sqltx.Tx) error {
		if _, err := tx.ExecContext(ctx, `CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT)`); err != nil {
			return err
		}
		res, err := tx.ExecContext(ctx, `INSERT INTO notes (text) VALUES ('Call Ann')`)
		if err != nil {
			return err
		}
		id, err := res.LastInsertId()
		if err != nil {
			return err
		}
		return sqltx.Publish(tx, changed, id)
	})
	fmt.Println(err)
	// Output: <nil>
}
