// Package sqlstash keeps stashes in a database: it is a [stash.Store] over database/sql, for SQLite and
// PostgreSQL. It imports no driver.
//
//	db, err := sql.Open("pgx", "postgres://…") // github.com/jackc/pgx/v5/stdlib, or lib/pq
//	store, err := sqlstash.Open(ctx, db, sqlstash.Config{Dialect: sqlstash.PostgreSQL})
//
// It is a module of its own, so that its tests' drivers are no one else's.
package sqlstash

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/sideband-go/sideband/stash"
)

// Dialect is the SQL of a database.
type Dialect int

// The dialects.
const (
	// SQLite is 3.42 or newer. Let connections wait for each other (PRAGMA busy_timeout), and use
	// PRAGMA journal_mode = WAL.
	SQLite Dialect = iota
	// PostgreSQL is 9.5 or newer.
	PostgreSQL
)

// Config sets up a [Store]. Its zero value works with SQLite.
type Config struct {
	Dialect Dialect
	// Table is the name of the table, which may have a schema in front; letters, digits and
	// underscores. Default: "sideband_stash".
	Table string
	// MaxSize bounds the data of a record, in bytes. Default: 1 MiB.
	MaxSize int
}

// Store keeps records in a table. Open makes one. All methods are safe for concurrent use.
//
// Each call is one statement; the life of a record is counted by the database's clock. Expired records
// are deleted a few at a time, by calls of Take.
type Store struct {
	db      *sql.DB
	maxSize int

	take, put, get, extend, expire            string
	deleteName, deleteSession, deleteIdentity string
}

var _ stash.Store = (*Store)(nil)

var name = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)?$`)

// expirePerCall is how many expired records a call of Take deletes.
const expirePerCall = 16

// Open creates the table and its indexes unless there are some. A program whose user may not create tables
// does that by the statements of [Schema] beforehand, and Open finds them.
func Open(ctx context.Context, db *sql.DB, c Config) (*Store, error) {
	if c.Table == "" {
		c.Table = "sideband_stash"
	}
	if !name.MatchString(c.Table) {
		return nil, fmt.Errorf("sqlstash: %q is no name of a table", c.Table)
	}
	if c.MaxSize <= 0 {
		c.MaxSize = 1 << 20
	}
	s := &Store{db: db, maxSize: c.MaxSize}
	s.prepare(c)
	for attempt := 1; ; attempt++ {
		err := s.create(ctx, c)
		if err == nil {
			return s, nil
		}
		if attempt == openAttempts || ctx.Err() != nil {
			return nil, fmt.Errorf("sqlstash: open: %w", err)
		}
	}
}

// openAttempts is how often Open tries to create the table: PostgreSQL fails if others do so at the same time.
const openAttempts = 3

// create creates the table and its indexes unless there is one.
func (s *Store) create(ctx context.Context, c Config) error {
	var one int
	if err := s.db.QueryRowContext(ctx, "SELECT 1 FROM "+c.Table+" LIMIT 1").Scan(&one); err == nil || errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	for _, statement := range Schema(c) {
		if _, err := s.db.ExecContext(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}

// Schema returns the statements that create the table and its indexes.
func Schema(c Config) []string {
	table := c.Table
	if table == "" {
		table = "sideband_stash"
	}
	bytes := "BLOB"
	if c.Dialect == PostgreSQL {
		bytes = "BYTEA"
	}
	index, of := strings.ReplaceAll(table, ".", "_"), table
	if schema, in, found := strings.Cut(table, "."); found && c.Dialect == SQLite { // which has it at the index
		index, of = schema+"."+in, in
	}
	return []string{
		fmt.Sprintf("CREATE TABLE IF NOT EXISTS %s (name TEXT PRIMARY KEY, session TEXT NOT NULL, identity TEXT NOT NULL, fence TEXT NOT NULL, data %s NOT NULL, expires BIGINT NOT NULL)", table, bytes),
		fmt.Sprintf("CREATE INDEX IF NOT EXISTS %s_session ON %s (session)", index, of),
		fmt.Sprintf("CREATE INDEX IF NOT EXISTS %s_identity ON %s (identity)", index, of),
		fmt.Sprintf("CREATE INDEX IF NOT EXISTS %s_expires ON %s (expires)", index, of),
	}
}

// prepare writes the statements. $1 and so on are parameters in both dialects.
func (s *Store) prepare(c Config) {
	// now is the database's time in milliseconds since 1970.
	now, empty, skip := "CAST(unixepoch('now', 'subsec') * 1000 AS INTEGER)", "x''", ""
	if c.Dialect == PostgreSQL {
		now, empty = "CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)", `'\x'`
		skip = " FOR UPDATE SKIP LOCKED" // what another process deletes or takes
	}
	fill := strings.NewReplacer("{table}", c.Table, "{now}", now, "{empty}", empty, "{skip}", skip).Replace
	s.take = fill(`INSERT INTO {table} AS old (name, session, identity, fence, data, expires) VALUES ($1, $2, $3, $4, {empty}, {now} + $5)
ON CONFLICT (name) DO UPDATE SET
	session = excluded.session, identity = excluded.identity, fence = excluded.fence, expires = excluded.expires,
	data = CASE WHEN old.expires > {now} THEN old.data ELSE excluded.data END
RETURNING data`)
	s.put = fill(`UPDATE {table} SET data = $1, expires = {now} + $2 WHERE name = $3 AND fence = $4 AND expires > {now}`)
	s.get = fill(`SELECT data FROM {table} WHERE name = $1 AND expires > {now}`)
	s.extend = fill(`UPDATE {table} SET expires = {now} + $1 WHERE name = $2 AND expires > {now}`)
	s.expire = fill(`DELETE FROM {table} WHERE expires <= {now} AND name IN (SELECT name FROM {table} WHERE expires <= {now} ORDER BY expires LIMIT $1{skip})`)
	s.deleteName = fill(`DELETE FROM {table} WHERE name = $1`)
	s.deleteSession = fill(`DELETE FROM {table} WHERE session = $1`)
	s.deleteIdentity = fill(`DELETE FROM {table} WHERE identity = $1`)
}

// milliseconds rounds up, so that no life is 0.
func milliseconds(life time.Duration) int64 {
	return max(1, int64((life+time.Millisecond-1)/time.Millisecond))
}

// wrap makes errors of drivers those of a store.
func wrap(err error) error {
	if err == nil {
		return nil
	}
	var postgres interface{ SQLState() string } // of pgx and lib/pq
	if errors.As(err, &postgres) && (postgres.SQLState() == "53100" || postgres.SQLState() == "53200") {
		return fmt.Errorf("sqlstash: %w: %w", stash.ErrFull, err)
	}
	var sqlite interface{ Code() int } // of modernc.org/sqlite
	if errors.As(err, &sqlite) && sqlite.Code()&0xff == 13 {
		return fmt.Errorf("sqlstash: %w: %w", stash.ErrFull, err)
	}
	return fmt.Errorf("sqlstash: %w", err)
}

// Take is part of [stash.Store].
func (s *Store) Take(ctx context.Context, key stash.Key, fence stash.Fence, life time.Duration) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	_, _ = s.db.ExecContext(ctx, s.expire, expirePerCall) // the next call tries again
	return found(s.db.QueryRowContext(ctx, s.take, key.Name, key.Session, key.Identity, string(fence), milliseconds(life)))
}

// found returns the data of a row.
func found(row *sql.Row) (data []byte, err error) {
	err = row.Scan(&data)
	switch {
	case errors.Is(err, sql.ErrNoRows), err == nil && len(data) == 0:
		return nil, stash.ErrNotFound
	case err != nil:
		return nil, wrap(err)
	}
	return data, nil
}

// Put is part of [stash.Store].
func (s *Store) Put(ctx context.Context, key stash.Key, fence stash.Fence, data []byte, life time.Duration) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if n := len(data); n > s.maxSize {
		return fmt.Errorf("sqlstash: %d bytes, %d at most: %w", n, s.maxSize, stash.ErrTooLarge)
	}
	if data == nil {
		data = []byte{} // and not NULL
	}
	return s.update(ctx, stash.ErrFenced, s.put, data, milliseconds(life), key.Name, string(fence))
}

// update runs a statement, and returns none if it has changed no row.
func (s *Store) update(ctx context.Context, none error, statement string, args ...any) error {
	result, err := s.db.ExecContext(ctx, statement, args...)
	if err != nil {
		return wrap(err)
	}
	n, err := result.RowsAffected()
	if err != nil {
		return wrap(err)
	}
	if n == 0 {
		return none
	}
	return nil
}

// Get is part of [stash.Store].
func (s *Store) Get(ctx context.Context, key stash.Key) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return found(s.db.QueryRowContext(ctx, s.get, key.Name))
}

// Extend is part of [stash.Store].
func (s *Store) Extend(ctx context.Context, key stash.Key, life time.Duration) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return s.update(ctx, stash.ErrNotFound, s.extend, milliseconds(life), key.Name)
}

// Delete is part of [stash.Store].
func (s *Store) Delete(ctx context.Context, key stash.Key) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	switch {
	case key.Name != "":
		return s.update(ctx, nil, s.deleteName, key.Name)
	case key.Session != "":
		if err := s.update(ctx, nil, s.deleteSession, key.Session); err != nil {
			return err
		}
	}
	if key.Identity != "" {
		return s.update(ctx, nil, s.deleteIdentity, key.Identity)
	}
	return nil
}
