// Package sqltx publishes messages of topics when a transaction of database/sql has been committed.
package sqltx

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/sideband-go/sideband/pubsub"
)

// Tx is a transaction whose messages are published once it has been committed; see [Do] and [Publish]. Like the
// transaction in it, it is for one goroutine.
type Tx struct {
	*sql.Tx
	publish []func()
}

// Do runs f in a transaction of db; opts may be nil. If f returns nil, Do commits and then publishes what f has noted with
// [Publish], so that whoever hears of a change finds it in the database. If f returns an error or panics, or the
// commit fails, nothing is published. f must not end the transaction itself.
//
// In a callback of a page, pass the socket as ctx: the transaction ends with the callback's time. What it has committed is
// published even if the callback fails later, since it is in the database. If the process dies between the commit and the
// publication, nobody hears of it: queries that must not miss it have an interval, too.
func Do(ctx context.Context, db *sql.DB, opts *sql.TxOptions, f func(tx *Tx) error) (err error) {
	inner, err := db.BeginTx(ctx, opts)
	if err != nil {
		return fmt.Errorf("sqltx: begin: %w", err)
	}
	committed := false
	defer func() {
		if committed {
			return
		}
		if failed := inner.Rollback(); failed != nil && !errors.Is(failed, sql.ErrTxDone) && err != nil {
			err = errors.Join(err, fmt.Errorf("sqltx: roll back: %w", failed))
		}
	}()
	tx := &Tx{Tx: inner}
	if err := f(tx); err != nil {
		return err
	}
	if err := inner.Commit(); err != nil {
		return fmt.Errorf("sqltx: commit: %w", err)
	}
	committed = true
	for _, publish := range tx.publish {
		publish()
	}
	return nil
}

// Publish publishes m once the transaction has been committed. With a broker, it returns pubsub.ErrTooLarge or the error of
// encoding m, so that f can return it; the broker's own errors are logged.
func Publish[M any](tx *Tx, t pubsub.Topic[M], m M) error {
	publish, err := t.Prepare(m)
	if err == nil {
		tx.publish = append(tx.publish, publish)
	}
	return err
}
