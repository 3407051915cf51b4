package main

import (
	"context"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/sideband-go/sideband/pubsub"
	"github.com/sideband-go/sideband/query"
	"github.com/sideband-go/sideband/views"
)

// schema makes the table, and a trigger that notifies of each change once its transaction has been committed, whoever
// makes it.
const schema = `
	CREATE TABLE IF NOT EXISTS orders (
		id   BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
		what TEXT NOT NULL,
		sent BOOLEAN NOT NULL DEFAULT false
	);
	CREATE OR REPLACE FUNCTION notify_orders() RETURNS trigger LANGUAGE plpgsql AS $$
	BEGIN
		PERFORM pg_notify('orders', coalesce(NEW.id, OLD.id)::text);
		RETURN NULL;
	END $$;
	CREATE OR REPLACE TRIGGER orders_changed AFTER INSERT OR UPDATE OR DELETE ON orders
		FOR EACH ROW EXECUTE FUNCTION notify_orders()`

// Order is a row of the table.
type Order struct {
	ID   int64
	What string
	Sent bool
}

// Key is what tells orders apart.
func (o Order) Key() string { return strconv.FormatInt(o.ID, 10) }

// Orders are those that the page shows.
var Orders = query.NewKey[Order]("orders")

// Page lists the newest orders, and stays up to date whoever changes them: this program, another one, or somebody with
// psql.
type Page struct {
	DB      *pgxpool.Pool
	Changed pubsub.Topic[string]
}

// Mount keeps the newest orders live. All pages share what is loaded.
func (p Page) Mount(s *views.Socket, _ views.NoParams) error {
	s.SetTitle("Orders")
	Orders.Keep(s, query.Live[Order]{
		Load: p.load, Count: p.count, ID: Order.Key,
		Page:    query.Page{Size: 10},
		Refetch: []pubsub.AnyTopic{p.Changed},
		AtMost:  100 * time.Millisecond,
		Shared:  "newest",
	})
	return nil
}

func (p Page) load(ctx context.Context, w query.Window) ([]Order, error) {
	rows, err := p.DB.Query(ctx, `SELECT id, what, sent FROM orders ORDER BY id DESC LIMIT $1 OFFSET $2`, w.Limit, w.Offset)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Order])
}

func (p Page) count(ctx context.Context) (n int, err error) {
	err = p.DB.QueryRow(ctx, `SELECT count(*) FROM orders`).Scan(&n)
	return n, err
}

// Turn shows another page.
func (Page) Turn(s *views.Socket, to query.Target) error {
	Orders.Turn(s, to)
	return nil
}

// Send marks an order as sent. The trigger says so to all pages, this one too.
func (p Page) Send(s *views.Socket, id int64) error {
	_, err := p.DB.Exec(s, `UPDATE orders SET sent = true WHERE id = $1`, id)
	return err
}
