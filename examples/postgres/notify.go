package main

import (
	"context"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
)

// Pauses before another connection is tried; they double.
const (
	firstPause = 100 * time.Millisecond
	lastPause  = 10 * time.Second
)

// listen calls changed for each NOTIFY on a channel of PostgreSQL, with its payload, until ctx is done. It has a connection
// of its own, and makes another one when that breaks. Nobody knows what was missed meanwhile: changed is called with "" each
// time that it has begun to listen.
func listen(ctx context.Context, database, channel string, changed func(payload string)) {
	for pause := firstPause; ctx.Err() == nil; pause = min(2*pause, lastPause) {
		err := listenOnce(ctx, database, channel, func(payload string) {
			pause = firstPause
			changed(payload)
		})
		if ctx.Err() != nil {
			return
		}
		slog.Warn("listening to PostgreSQL: trying again", "pause", pause, "err", err)
		select {
		case <-time.After(pause):
		case <-ctx.Done():
		}
	}
}

func listenOnce(ctx context.Context, database, channel string, changed func(payload string)) error {
	conn, err := pgx.Connect(ctx, database)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }() // it is broken, or not needed any more
	if _, err := conn.Exec(ctx, "LISTEN "+pgx.Identifier{channel}.Sanitize()); err != nil {
		return err
	}
	changed("")
	for {
		n, err := conn.WaitForNotification(ctx)
		if err != nil {
			return err
		}
		changed(n.Payload)
	}
}
