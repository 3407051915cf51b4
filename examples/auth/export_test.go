package auth

import (
	"context"
	"database/sql"
	"time"
)

// real is what a hash takes outside of tests.
var real = memory

func init() { memory = 64 } // what is tested is not how slow a hash is

// RealCosts has hashes take what they do outside of tests, until restore is called.
func RealCosts() (restore func()) {
	before := memory
	memory = real
	return func() { memory = before }
}

// SetClock replaces the time.
func (a *Auth) SetClock(now func() time.Time) { a.now = now }

// Patience replaces how long a password waits for its turn.
func (a *Auth) Patience(d time.Duration) { a.passwords.patience = d }

// Occupy holds all slots of the passwords that are hashed at a time.
func (a *Auth) Occupy() (release func()) {
	for range cap(a.passwords.slots) {
		a.passwords.slots <- struct{}{}
	}
	return func() {
		for range cap(a.passwords.slots) {
			<-a.passwords.slots
		}
	}
}

// Known returns whether there is an account with an address.
func (s *Accounts) Known(ctx context.Context, email string) bool {
	_, err := s.find(ctx, email)
	return err == nil
}

// SetPassword changes a password, as a reset does.
func (s *Accounts) SetPassword(ctx context.Context, email, password string) error {
	who, err := s.find(ctx, email)
	if err != nil {
		return err
	}
	return s.transact(ctx, func(tx *sql.Tx) error { return setPassword(ctx, tx, who.id, hash(password)) })
}

// MaxSessions is how many sessions an account has.
const MaxSessions = maxSessions

// What is not exported.
var (
	Hash        = hash
	Matches     = matches
	ReadAddress = readAddress
	BrowserName = browserName
)
