package auth

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"errors"
	"fmt"
	"time"
)

// Errors of [Accounts] that are no failures.
var (
	ErrNone  = errors.New("auth: there is no such account, session or token")
	ErrTaken = errors.New("auth: another account has this address")
)

// Bounds of what is kept.
const (
	maxSessions = 20 // of an account: one more ends the oldest
	maxTokens   = 5  // of an account, an address and a purpose, but for registrations: one more replaces the oldest
)

// Accounts keeps accounts, their sessions and the tokens of mails. Make it with [Open]. Its methods may be called from
// any goroutine. They get the time from their callers.
type Accounts struct {
	db      *sql.DB
	writing chan struct{} // holds one for who writes, see queue
}

// Open makes the tables in an SQLite database, if they are missing. The database stays the caller's, who closes it.
func Open(ctx context.Context, db *sql.DB) (*Accounts, error) {
	if _, err := db.ExecContext(ctx, schema); err != nil {
		return nil, fmt.Errorf("auth: %w", err)
	}
	return &Accounts{db, make(chan struct{}, 1)}, nil
}

// Times are seconds since 1970.
const schema = `
	CREATE TABLE IF NOT EXISTS accounts (
		id       INTEGER PRIMARY KEY AUTOINCREMENT,
		email    TEXT NOT NULL UNIQUE,
		password TEXT NOT NULL,
		created  INTEGER NOT NULL
	);
	CREATE TABLE IF NOT EXISTS account_sessions (
		id       INTEGER PRIMARY KEY AUTOINCREMENT,
		hash     BLOB NOT NULL UNIQUE,
		account  INTEGER NOT NULL,
		browser  TEXT NOT NULL,
		remember INTEGER NOT NULL,
		created  INTEGER NOT NULL,
		seen     INTEGER NOT NULL,
		proved   INTEGER NOT NULL,
		expires  INTEGER NOT NULL
	);
	CREATE INDEX IF NOT EXISTS account_sessions_account ON account_sessions (account);
	CREATE INDEX IF NOT EXISTS account_sessions_expires ON account_sessions (expires);
	CREATE TABLE IF NOT EXISTS account_tokens (
		hash     BLOB PRIMARY KEY,
		purpose  TEXT NOT NULL,
		email    TEXT NOT NULL,
		account  INTEGER NOT NULL,
		password TEXT NOT NULL,
		created  INTEGER NOT NULL,
		expires  INTEGER NOT NULL
	);
	CREATE INDEX IF NOT EXISTS account_tokens_email ON account_tokens (email, purpose);
	CREATE INDEX IF NOT EXISTS account_tokens_account ON account_tokens (account);
	CREATE INDEX IF NOT EXISTS account_tokens_expires ON account_tokens (expires);`

// account is who can log in. Its password is a hash.
type account struct {
	id       int64
	email    string
	password string
}

// find returns the account with an address, or [ErrNone].
func (s *Accounts) find(ctx context.Context, email string) (account, error) {
	return s.account(ctx, `SELECT id, email, password FROM accounts WHERE email = ?`, email)
}

// get returns the account with an id, or [ErrNone].
func (s *Accounts) get(ctx context.Context, id int64) (account, error) {
	return s.account(ctx, `SELECT id, email, password FROM accounts WHERE id = ?`, id)
}

func (s *Accounts) account(ctx context.Context, query string, arg any) (a account, err error) {
	err = s.db.QueryRowContext(ctx, query, arg).Scan(&a.id, &a.email, &a.password)
	return a, none(err)
}

// Add adds an account whose address is known to be somebody's: a first one, say, or those of tests. It returns
// [ErrTaken] if there is one.
func (s *Accounts) Add(ctx context.Context, email, password string) error {
	address, problem := readAddress(email)
	if problem != "" {
		return fmt.Errorf("auth: the address %s", problem)
	}
	return s.transact(ctx, func(tx *sql.Tx) error {
		_, err := insert(ctx, tx, address, hash(password), time.Now())
		return err
	})
}

func insert(ctx context.Context, tx *sql.Tx, email, password string, now time.Time) (id int64, err error) {
	res, err := tx.ExecContext(ctx, `INSERT INTO accounts (email, password, created) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`, email, password, now.Unix())
	if err != nil {
		return 0, err
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return 0, orTaken(err)
	}
	return res.LastInsertId()
}

// change changes the password of who is logged in, ends all of the account's sessions and all links that were mailed to
// it, and begins a session in their place. It returns [ErrNone] if the session of u has ended meanwhile.
func (s *Accounts) change(ctx context.Context, u User, password string, n newSession) (b begun, err error) {
	err = s.transact(ctx, func(tx *sql.Tx) error {
		if err := one(tx.ExecContext(ctx, `
			UPDATE accounts SET password = ?1 WHERE id = ?2 AND EXISTS (SELECT 1 FROM account_sessions WHERE id = ?3 AND account = ?2)`,
			password, u.ID, u.Session)); err != nil {
			return err
		}
		if err := setPassword(ctx, tx, u.ID, password); err != nil {
			return err
		}
		b, err = begin(ctx, tx, account{id: u.ID, password: password}, n)
		return err
	})
	return b, err
}

// rehash replaces the hash of an account's password by another of the same. It returns [ErrNone] if it has changed since
// who was read.
func (s *Accounts) rehash(ctx context.Context, who account, password string) error {
	return one(s.exec(ctx, `UPDATE accounts SET password = ? WHERE id = ? AND password = ?`, password, who.id, who.password))
}

// setPassword changes an account's password, and ends all its sessions and all links that were mailed to it.
func setPassword(ctx context.Context, tx *sql.Tx, id int64, password string) error {
	for _, query := range []string{
		`UPDATE accounts SET password = ?2 WHERE id = ?1`,
		`DELETE FROM account_sessions WHERE account = ?1`,
		`DELETE FROM account_tokens WHERE account = ?1`,
	} {
		if _, err := tx.ExecContext(ctx, query, id, password); err != nil {
			return err
		}
	}
	return nil
}

// queue waits for the turn to write. SQLite has one writer at a time, and the others try again by chance: in a crowd some of
// them would do so for longer than they may.
func (s *Accounts) queue(ctx context.Context) (leave func(), err error) {
	select {
	case s.writing <- struct{}{}:
		return func() { <-s.writing }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// exec runs a statement that writes.
func (s *Accounts) exec(ctx context.Context, query string, args ...any) (sql.Result, error) {
	leave, err := s.queue(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	return s.db.ExecContext(ctx, query, args...)
}

// transact runs f in a transaction. It uses nothing else of the database meanwhile.
func (s *Accounts) transact(ctx context.Context, f func(tx *sql.Tx) error) error {
	leave, err := s.queue(ctx)
	if err != nil {
		return err
	}
	defer leave()
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // nothing after Commit
	if err := f(tx); err != nil {
		return err
	}
	return tx.Commit()
}

// none makes [ErrNone] of what the database says of no rows.
func none(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return ErrNone
	}
	return err
}

// tokenSize is how many random bytes a token has.
const tokenSize = 32

// newToken returns a token for a cookie or a link, and what is stored of it. Nobody gets the token from that; a hash as
// slow as that of passwords is not needed, since nobody guesses 32 random bytes.
func newToken() (text string, hashed []byte) {
	b := make([]byte, tokenSize)
	_, _ = rand.Read(b) // it never fails
	sum := sha256.Sum256(b)
	return base64.RawURLEncoding.EncodeToString(b), sum[:]
}

// readToken returns what is stored of a token; nil if the text is none.
func readToken(text string) []byte {
	if len(text) != base64.RawURLEncoding.EncodedLen(tokenSize) {
		return nil
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil {
		return nil
	}
	sum := sha256.Sum256(b)
	return sum[:]
}
