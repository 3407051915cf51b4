package auth

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

// How long a session lasts.
const (
	sessionLife  = 24 * time.Hour      // after it was used last
	rememberLife = 60 * 24 * time.Hour // after the log-in, if it is to be remembered
	seenEvery    = 5 * time.Minute     // how exactly it is known when it was used last
	seenWait     = time.Second         // how long a page waits for that to be noted
	provedLife   = 10 * time.Minute    // how long after a log-in sensitive pages ask for nothing
)

// Session is one of the browsers in which somebody is logged in, for the list.
type Session struct {
	ID      int64
	Browser string
	Created time.Time
	Seen    time.Time
}

// newSession is what is known of a session before it begins.
type newSession struct {
	before   int64 // the session that it replaces; 0 if there is none
	browser  string
	remember bool
	now      time.Time
}

// begun is a session that has begun.
type begun struct {
	text    string // of its token
	account int64
	ended   bool // there were too many: the account's oldest have ended
}

// begin begins a session of an account. It returns [ErrNone] if the account's password is not the one any more with which
// who was read: a new password ends log-ins that are under way, too.
func (s *Accounts) begin(ctx context.Context, who account, n newSession) (b begun, err error) {
	err = s.transact(ctx, func(tx *sql.Tx) error {
		b, err = begin(ctx, tx, who, n)
		return err
	})
	return b, err
}

func begin(ctx context.Context, tx *sql.Tx, who account, n newSession) (begun, error) {
	text, hashed := newToken()
	life := sessionLife
	if n.remember {
		life = rememberLife
	}
	if _, err := tx.ExecContext(ctx, `DELETE FROM account_sessions WHERE id = ? OR expires <= ?`, n.before, n.now.Unix()); err != nil {
		return begun{}, err
	}
	if err := one(tx.ExecContext(ctx, `
		INSERT INTO account_sessions (hash, account, browser, remember, created, seen, proved, expires)
		SELECT ?1, id, ?2, ?3, ?4, ?4, ?4, ?5 FROM accounts WHERE id = ?6 AND password = ?7`,
		hashed, n.browser, n.remember, n.now.Unix(), n.now.Add(life).Unix(), who.id, who.password)); err != nil {
		return begun{}, err
	}
	err := one(tx.ExecContext(ctx, `
		DELETE FROM account_sessions WHERE account = ?1 AND id NOT IN (
			SELECT id FROM account_sessions WHERE account = ?1 ORDER BY id DESC LIMIT ?2)`, who.id, maxSessions))
	if err != nil && !errors.Is(err, ErrNone) {
		return begun{}, err
	}
	return begun{text, who.id, err == nil}, nil
}

// who returns who is logged in with a token, or [ErrNone]. It notes now and then that the session is in use.
func (s *Accounts) who(ctx context.Context, text string, now time.Time) (u User, err error) {
	var seen, proved int64
	err = s.db.QueryRowContext(ctx, `
		SELECT a.id, a.email, s.id, s.seen, s.proved, s.remember FROM account_sessions s JOIN accounts a ON a.id = s.account
		WHERE s.hash = ? AND s.expires > ?`, readToken(text), now.Unix()).Scan(&u.ID, &u.Email, &u.Session, &seen, &proved, &u.remember)
	if err != nil {
		return User{}, none(err)
	}
	u.Proved = time.Unix(proved, 0).UTC()
	if now.Sub(time.Unix(seen, 0)) < seenEvery {
		return u, nil
	}
	// Whoever is logged in stays so if the database can't be written now: it is noted the next time.
	ctx, cancel := context.WithTimeout(ctx, seenWait)
	defer cancel()
	_, _ = s.exec(ctx, `
		UPDATE account_sessions SET seen = ?2, expires = CASE WHEN remember THEN expires ELSE ?3 END WHERE id = ?1`,
		u.Session, now.Unix(), now.Add(sessionLife).Unix())
	return u, nil
}

// prove notes that a session has shown the password again.
func (s *Accounts) prove(ctx context.Context, session int64, now time.Time) error {
	_, err := s.exec(ctx, `UPDATE account_sessions SET proved = ? WHERE id = ?`, now.Unix(), session)
	return err
}

// sessions lists an account's sessions, the newest first.
func (s *Accounts) sessions(ctx context.Context, id int64, now time.Time) (list []Session, err error) {
	rows, err := s.db.QueryContext(ctx, `SELECT id, browser, created, seen FROM account_sessions WHERE account = ? AND expires > ? ORDER BY id DESC`, id, now.Unix())
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }() // Err has told what went wrong
	for rows.Next() {
		var e Session
		var created, seen int64
		if err := rows.Scan(&e.ID, &e.Browser, &created, &seen); err != nil {
			return nil, err
		}
		e.Created, e.Seen = time.Unix(created, 0).UTC(), time.Unix(seen, 0).UTC()
		list = append(list, e)
	}
	return list, rows.Err()
}

// end ends one session of an account. It returns [ErrNone] if that has no such session.
func (s *Accounts) end(ctx context.Context, id, session int64) error {
	return one(s.exec(ctx, `DELETE FROM account_sessions WHERE account = ? AND id = ?`, id, session))
}

// endAll ends all sessions of an account.
func (s *Accounts) endAll(ctx context.Context, id int64) error {
	_, err := s.exec(ctx, `DELETE FROM account_sessions WHERE account = ?`, id)
	return err
}

// one makes [ErrNone] of a statement that has changed no row.
func one(res sql.Result, err error) error {
	if err != nil {
		return err
	}
	n, err := res.RowsAffected()
	if err == nil && n == 0 {
		return ErrNone
	}
	return err
}
