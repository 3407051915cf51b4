package stash

import (
	"context"
	"errors"
	"time"
)

// Errors of stores. Stores may wrap them; any other error says that the store could not be reached, and
// that the call may be made again.
var (
	// ErrNotFound says that there is no record, that it has expired, or that it holds no data.
	ErrNotFound = errors.New("stash: not found")
	// ErrFenced says that the record is not the caller's: somebody else has taken it, or it has
	// been deleted or has expired since it was taken.
	ErrFenced = errors.New("stash: the record has another owner")
	// ErrTooLarge says that the store takes no record of that size.
	ErrTooLarge = errors.New("stash: too large for the store")
	// ErrFull says that the store has no room for the record.
	ErrFull = errors.New("stash: the store is full")
)

// MinSize is the size in bytes up to which each store takes records.
const MinSize = 64 << 10

// Key names a record. Each field is a hash, of 32 lowercase hexadecimal digits, and none is ever
// empty in a key that names one record. Name alone is unique.
type Key struct {
	Session  string // whose records are deleted together when a session ends
	Identity string // whose records are deleted together when somebody is disconnected
	Name     string // of the record
}

// Fence tells the owners of a record apart (a fencing token). Who takes a record chooses one that
// nobody else has: 32 lowercase hexadecimal digits.
type Fence string

// Store keeps records. Its methods may be called from any goroutine and from several processes, and
// return when their context ends: then a call that writes may or may not have had its effect. A
// store neither keeps nor changes a slice that it was given, and returns slices of the caller's own.
//
// A record has one owner: who took it last. Only the owner writes it. So a process that has lost a
// view to another one, and does not know that yet, can't overwrite what the other one has saved.
//
// The life of a record is counted from the last call that gave one, by one clock for all processes
// if the store has one. After its life a record is never returned; stores delete it at some time.
type Store interface {
	// Take makes the caller the owner of a record and returns its data, as one step: no Put of an
	// earlier owner succeeds after Take has read the data. Without data it returns ErrNotFound, and the
	// caller is the owner of an empty record. Either way the record lives for life from now on. To
	// take a record again with the same fence is allowed.
	Take(ctx context.Context, key Key, fence Fence, life time.Duration) (data []byte, err error)

	// Put replaces the data of a record by that of its owner; empty data empties the record, which stays the
	// owner's. After a failure, other than a lost machine, the record has its old data or the new,
	// never a part. It returns ErrFenced if the caller is not the owner, ErrTooLarge or ErrFull; then
	// the record is as before.
	Put(ctx context.Context, key Key, fence Fence, data []byte, life time.Duration) error

	// Get returns the data of a record, whoever owns it, or ErrNotFound.
	Get(ctx context.Context, key Key) (data []byte, err error)

	// Extend lets a record live for life from now on, whoever owns it. It returns ErrNotFound if there
	// is no record; an empty one is extended, too.
	Extend(ctx context.Context, key Key, life time.Duration) error

	// Delete deletes the record of a whole key or, of a key with Session or Identity alone, all records
	// of that session or identity. Owners lose what was deleted. To delete what is not there is no
	// error.
	Delete(ctx context.Context, key Key) error
}
