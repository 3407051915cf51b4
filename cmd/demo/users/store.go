package users

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// Errors of a [Store] that are no failures.
var (
	ErrNoUser  = errors.New("there is no such user")
	ErrTaken   = errors.New("another user has this email")
	ErrChanged = errors.New("the user has been changed meanwhile")
	ErrFull    = errors.New("there is no room for another user")
)

const (
	// maxUsers bounds what visitors can make the database keep.
	maxUsers = 1000
	// maxShown bounds what one page shows.
	maxShown = 50
	// busy is how long a statement waits for another process that has locked the database. It is
	// shorter than what a callback may take, so that its error is the database's.
	busy = time.Second
)

// Store keeps users in an SQLite database. Make it with [Open].
type Store struct{ db *sql.DB }

// Open opens the database in a file, which it makes and fills if there is none.
func Open(ctx context.Context, file string) (*Store, error) {
	name, err := source(file)
	if err != nil {
		return nil, err
	}
	db, err := sql.Open("sqlite", name)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(4)
	s := &Store{db}
	if err := s.migrate(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("the database of users: %w", err), db.Close())
	}
	return s, nil
}

// source is the driver's name of the database in a file.
func source(file string) (string, error) {
	path, err := filepath.Abs(file)
	if err != nil {
		return "", err
	}
	settings := url.Values{"_txlock": {"immediate"}, "_busy_timeout": {fmt.Sprint(busy.Milliseconds())}}.Encode()
	path = "/" + strings.TrimPrefix(filepath.ToSlash(path), "/") // a drive's letter, too, follows a slash
	return (&url.URL{Scheme: "file", Path: path, RawQuery: settings}).String(), nil
}

// Close closes the database.
func (s *Store) Close() error { return s.db.Close() }

// DB returns the database, for other tables in the same file.
func (s *Store) DB() *sql.DB { return s.db }

// migrate makes the table, with some users in it. Programs that open the same file at the same
// time wait for each other.
func (s *Store) migrate(ctx context.Context) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // nothing after Commit
	var version int
	if err := tx.QueryRowContext(ctx, `PRAGMA user_version`).Scan(&version); err != nil || version > 0 {
		return err
	}
	if _, err := tx.ExecContext(ctx, `
		CREATE TABLE users (
			id         INTEGER PRIMARY KEY,
			version    INTEGER NOT NULL DEFAULT 1,
			name       TEXT NOT NULL,
			email      TEXT NOT NULL UNIQUE COLLATE NOCASE,
			hash       TEXT NOT NULL,
			age        INTEGER NOT NULL,
			country    TEXT NOT NULL,
			region     TEXT NOT NULL,
			newsletter INTEGER NOT NULL,
			role       TEXT NOT NULL,
			addresses  TEXT NOT NULL
		);
		PRAGMA user_version = 1`); err != nil {
		return err
	}
	for _, u := range seed {
		if _, err := insert(ctx, tx, u, ""); err != nil { // nobody can log in with this hash
			return err
		}
	}
	return tx.Commit()
}

// List returns users whose name or email contains a text, in the order of their names, and how
// many there are of them.
func (s *Store) List(ctx context.Context, search string) (list []Entry, all int, err error) {
	pattern := "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(search) + "%"
	rows, err := s.db.QueryContext(ctx, `
		SELECT id, name, email, country, role, count(*) OVER () FROM users
		WHERE name LIKE ?1 ESCAPE '\' OR email LIKE ?1 ESCAPE '\'
		ORDER BY name COLLATE NOCASE, id LIMIT ?2`, pattern, maxShown)
	if err != nil {
		return nil, 0, err
	}
	defer func() { _ = rows.Close() }() // Err has told what went wrong
	for rows.Next() {
		var e Entry
		if err := rows.Scan(&e.ID, &e.Name, &e.Email, &e.Country, &e.Role, &all); err != nil {
			return nil, 0, err
		}
		list = append(list, e)
	}
	return list, all, rows.Err()
}

// Get returns a user without the password, or [ErrNoUser].
func (s *Store) Get(ctx context.Context, id int64) (User, error) {
	u, addresses := User{ID: id}, ""
	err := s.db.QueryRowContext(ctx, `
		SELECT version, name, email, age, country, region, newsletter, role, addresses FROM users WHERE id = ?`, id).
		Scan(&u.Version, &u.Name, &u.Email, &u.Age, &u.Country, &u.Region, &u.Newsletter, &u.Role, &addresses)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return User{}, ErrNoUser
	case err != nil:
		return User{}, err
	}
	return u, json.Unmarshal([]byte(addresses), &u.Addresses)
}

// Taken reports whether another user than the one with the id has an email.
func (s *Store) Taken(ctx context.Context, email string, id int64) (taken bool, err error) {
	err = s.db.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM users WHERE email = ? AND id <> ?)`, email, id).Scan(&taken)
	return taken, err
}

// Create stores a new user and returns the id. It returns [ErrTaken] or [ErrFull] if it does not.
func (s *Store) Create(ctx context.Context, u User) (id int64, err error) {
	return insert(ctx, s.db, u, hash(u.Password))
}

// execer is a database or a transaction.
type execer interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}

func insert(ctx context.Context, to execer, u User, hash string) (id int64, err error) {
	addresses, err := json.Marshal(u.Addresses)
	if err != nil {
		return 0, err
	}
	res, err := to.ExecContext(ctx, `
		INSERT INTO users (name, email, hash, age, country, region, newsletter, role, addresses)
		SELECT ?, ?, ?, ?, ?, ?, ?, ?, ? WHERE (SELECT count(*) FROM users) < ?`,
		u.Name, u.Email, hash, u.Age, u.Country, u.Region, u.Newsletter, u.Role, string(addresses), maxUsers)
	if err != nil {
		return 0, conflict(err)
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return 0, errors.Join(err, ErrFull)
	}
	return res.LastInsertId()
}

// Update stores a user's changes, and the password if there is one. It returns [ErrChanged] if
// the stored version is another than the user's, and [ErrTaken] or [ErrNoUser].
func (s *Store) Update(ctx context.Context, u User) error {
	addresses, err := json.Marshal(u.Addresses)
	if err != nil {
		return err
	}
	var password sql.NullString
	if u.Password != "" {
		password = sql.NullString{String: hash(u.Password), Valid: true}
	}
	res, err := s.db.ExecContext(ctx, `
		UPDATE users SET version = version + 1, name = ?, email = ?, hash = coalesce(?, hash), age = ?, country = ?, region = ?,
			newsletter = ?, role = ?, addresses = ? WHERE id = ? AND version = ?`,
		u.Name, u.Email, password, u.Age, u.Country, u.Region, u.Newsletter, u.Role, string(addresses), u.ID, u.Version)
	if err != nil {
		return conflict(err)
	}
	n, err := res.RowsAffected()
	if err != nil || n == 1 {
		return err
	}
	if _, err := s.Get(ctx, u.ID); err != nil {
		return err
	}
	return ErrChanged
}

// conflict makes [ErrTaken] of what the database says about an email that is not unique.
func conflict(err error) error {
	if e, ok := errors.AsType[*sqlite.Error](err); ok && e.Code() == sqlite3.SQLITE_CONSTRAINT_UNIQUE {
		return ErrTaken
	}
	return err
}
