package auth

import (
	"context"
	"database/sql"
	"time"
)

// purpose is what a mailed token is good for, and nothing else.
type purpose string

const (
	toConfirm purpose = "confirm" // a new account
	toLogIn   purpose = "log in"
	toReset   purpose = "reset"   // the password
	toMove    purpose = "address" // of an account, to a new one
)

// life is how long a token of a purpose is good.
func (p purpose) life() time.Duration {
	switch p {
	case toConfirm:
		return 24 * time.Hour
	case toLogIn:
		return 15 * time.Minute
	}
	return time.Hour
}

// token is what a mailed link stands for.
type token struct {
	purpose  purpose
	email    string // that it was mailed to
	account  int64  // 0 if there is none yet
	password string // of the account to be, as a hash
}

// mailed stores a token, and returns its text. It returns [ErrNone] if the account has another address by now: a link that
// was asked for before is not to be good for a mailbox that is the account's no more.
func (s *Accounts) mailed(ctx context.Context, t token, now time.Time) (text string, err error) {
	text, hashed := newToken()
	return text, s.transact(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM account_tokens WHERE expires <= ?`, now.Unix()); err != nil {
			return err
		}
		toNewAddress := t.purpose == toConfirm || t.purpose == toMove
		if err := one(tx.ExecContext(ctx, `
			INSERT INTO account_tokens (hash, purpose, email, account, password, created, expires)
			SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7 WHERE ?8 OR EXISTS (SELECT 1 FROM accounts WHERE id = ?4 AND email = ?3)`,
			hashed, t.purpose, t.email, t.account, t.password, now.Unix(), now.Add(t.purpose.life()).Unix(), toNewAddress)); err != nil {
			return err
		}
		if t.purpose == toConfirm { // others who register the address must not end its owner's link: Limits.AddressMails bounds them
			return nil
		}
		_, err := tx.ExecContext(ctx, `
			DELETE FROM account_tokens WHERE email = ?1 AND purpose = ?2 AND account = ?3 AND rowid NOT IN (
				SELECT rowid FROM account_tokens WHERE email = ?1 AND purpose = ?2 AND account = ?3 ORDER BY rowid DESC LIMIT ?4)`,
			t.email, t.purpose, t.account, maxTokens)
		return err
	})
}

// look returns what a token of a purpose stands for, and leaves it good. It returns [ErrNone] for one that was used,
// has expired, or is of another purpose.
func (s *Accounts) look(ctx context.Context, text string, p purpose, now time.Time) (token, error) {
	return read(s.db.QueryRowContext(ctx, `
		SELECT purpose, email, account, password FROM account_tokens WHERE hash = ? AND purpose = ? AND expires > ?`, readToken(text), p, now.Unix()))
}

// use is look, and the token is good no more, for whoever asks at the same time neither.
func use(ctx context.Context, tx *sql.Tx, text string, p purpose, now time.Time) (token, error) {
	return read(tx.QueryRowContext(ctx, `
		DELETE FROM account_tokens WHERE hash = ? AND purpose = ? AND expires > ? RETURNING purpose, email, account, password`, readToken(text), p, now.Unix()))
}

func read(row *sql.Row) (t token, err error) {
	err = row.Scan(&t.purpose, &t.email, &t.account, &t.password)
	return t, none(err)
}

// confirm makes the account that a token stands for. It returns [ErrNone] or [ErrTaken].
func (s *Accounts) confirm(ctx context.Context, text string, now time.Time) (id int64, err error) {
	err = s.transact(ctx, func(tx *sql.Tx) error {
		t, err := use(ctx, tx, text, toConfirm, now)
		if err != nil {
			return err
		}
		if id, err = insert(ctx, tx, t.email, t.password, now); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `DELETE FROM account_tokens WHERE email = ? AND purpose = ?`, t.email, toConfirm)
		return err
	})
	return id, err
}

// logIn uses a token that logs in, and begins a session. If that can't begin, the token stays good.
func (s *Accounts) logIn(ctx context.Context, token string, n newSession) (b begun, err error) {
	err = s.transact(ctx, func(tx *sql.Tx) error {
		t, err := use(ctx, tx, token, toLogIn, n.now)
		if err != nil {
			return err
		}
		who := account{id: t.account}
		if err := tx.QueryRowContext(ctx, `SELECT password FROM accounts WHERE id = ?`, t.account).Scan(&who.password); err != nil {
			return none(err)
		}
		b, err = begin(ctx, tx, who, n)
		return err
	})
	return b, err
}

// reset sets a password by a token, as setPassword does, and returns whose it is.
func (s *Accounts) reset(ctx context.Context, text, password string, now time.Time) (id int64, err error) {
	err = s.transact(ctx, func(tx *sql.Tx) error {
		t, err := use(ctx, tx, text, toReset, now)
		if err != nil {
			return err
		}
		id = t.account
		return setPassword(ctx, tx, id, password)
	})
	return id, err
}

// move gives an account the address to which a token was mailed, and returns the one before. It returns [ErrNone] also
// if the token is another account's, and [ErrTaken]. Links that were mailed to the old address are good no more.
func (s *Accounts) move(ctx context.Context, text string, id int64, now time.Time) (before, email string, err error) {
	err = s.transact(ctx, func(tx *sql.Tx) error {
		t, err := use(ctx, tx, text, toMove, now)
		if err != nil {
			return err
		}
		if t.account != id {
			return ErrNone
		}
		if err := tx.QueryRowContext(ctx, `SELECT email FROM accounts WHERE id = ?`, id).Scan(&before); err != nil {
			return none(err)
		}
		email = t.email
		res, err := tx.ExecContext(ctx, `UPDATE OR IGNORE accounts SET email = ? WHERE id = ?`, email, id)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return orTaken(err)
		}
		_, err = tx.ExecContext(ctx, `DELETE FROM account_tokens WHERE account = ?`, id)
		return err
	})
	return before, email, err
}

func orTaken(err error) error {
	if err == nil {
		return ErrTaken
	}
	return err
}
