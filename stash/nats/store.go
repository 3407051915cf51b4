// Package natsstash keeps stashes in NATS JetStream: it is a [stash.Store].
//
//	js, err := jetstream.New(nc)
//	store, err := natsstash.Open(ctx, js, natsstash.Config{})
//
// It is a module of its own, so that only programs that use it download a client for NATS.
package natsstash

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/sideband-go/sideband/stash"
)

// Config sets up a [Store]. Its zero value works.
type Config struct {
	// Stream is the name of the stream. Default: "SIDEBAND_STASH".
	Stream string
	// Subject is the first part of the stream's subjects. Default: "sideband.stash".
	Subject string
	// Storage is where the server keeps the records. Default: jetstream.FileStorage.
	Storage jetstream.StorageType
	// Replicas is how many servers of a cluster hold each record. Default: 1.
	Replicas int
	// MaxBytes bounds the stream; beyond it records are refused with stash.ErrFull. Default: 1 GiB.
	MaxBytes int64
	// MaxSize bounds the data of a record, in bytes. Default: 512 KiB. The server's max_payload
	// bounds it, too.
	MaxSize int
}

// Store keeps records in a stream of JetStream with one message for each subject, which is what its
// key-value buckets are, too. It needs NATS 2.11 or newer. Open makes one. All methods are safe for
// concurrent use.
//
// A record's subject names its session and its identity, so that the records of one are removed by one
// request. A record is written only if it is as it was read (optimistic locking). Its life is
// counted by the server's clock. To extend a life writes the record once more.
type Store struct {
	config Config
	js     jetstream.JetStream
	stream jetstream.Stream
	now    func() time.Time

	mu     sync.Mutex
	offset time.Duration // of the server's clock
	asked  time.Time     // when that was found out
}

var _ stash.Store = (*Store)(nil)

// Open creates the stream, or updates it to the configuration.
func Open(ctx context.Context, js jetstream.JetStream, c Config) (*Store, error) {
	or(&c.Stream, "SIDEBAND_STASH")
	or(&c.Subject, "sideband.stash")
	or(&c.Replicas, 1)
	or(&c.MaxBytes, 1<<30)
	or(&c.MaxSize, 512<<10)
	stream, err := js.CreateOrUpdateStream(ctx, jetstream.StreamConfig{
		Name: c.Stream, Description: "Stashes of Sideband", Subjects: []string{c.Subject + ".*.*.*"},
		Storage: c.Storage, Replicas: c.Replicas, MaxBytes: c.MaxBytes, MaxMsgsPerSubject: 1,
		Discard: jetstream.DiscardNew, AllowMsgTTL: true, DenyDelete: true,
		// Without direct gets, which replicas answer, so that what is read is the newest.
	})
	if err != nil {
		return nil, fmt.Errorf("natsstash: open: %w", err)
	}
	s := &Store{config: c, js: js, stream: stream, now: time.Now}
	if _, err := s.serverNow(ctx); err != nil {
		return nil, fmt.Errorf("natsstash: open: %w", err)
	}
	return s, nil
}

func or[T comparable](v *T, def T) {
	var zero T
	if *v == zero {
		*v = def
	}
}

// clockAge is how long the difference of two clocks is taken to be the same.
const clockAge = time.Minute

// serverNow returns the time of the server's clock.
func (s *Store) serverNow(ctx context.Context) (time.Time, error) {
	before := s.now()
	s.mu.Lock()
	offset, known := s.offset, !s.asked.IsZero()
	fresh := known && before.Sub(s.asked).Abs() < clockAge
	s.mu.Unlock()
	if fresh {
		return before.Add(offset), nil
	}
	info, err := s.stream.Info(ctx)
	switch {
	case err != nil && !known:
		return time.Time{}, err
	case err == nil && !info.TimeStamp.IsZero():
		after := s.now()
		offset = info.TimeStamp.Sub(before.Add(after.Sub(before) / 2))
		s.mu.Lock()
		s.offset, s.asked = offset, after
		s.mu.Unlock()
	}
	return s.now().Add(offset), nil
}

// The headers of a record.
const (
	fenceHeader = "Sideband-Fence"
	lifeHeader  = "Sideband-Life" // in milliseconds from the message's time
)

// record is what a subject has.
type record struct {
	sequence uint64 // of its message, expired or not; 0 without
	live     bool
	fence    stash.Fence
	data     []byte
}

func (s *Store) subject(key stash.Key) string {
	return strings.Join([]string{s.config.Subject, key.Session, key.Identity, key.Name}, ".")
}

// read returns the record of a key.
func (s *Store) read(ctx context.Context, key stash.Key) (record, error) {
	m, err := s.stream.GetLastMsgForSubject(ctx, s.subject(key))
	if errors.Is(err, jetstream.ErrMsgNotFound) {
		return record{}, nil
	}
	if err != nil {
		return record{}, err
	}
	r := record{sequence: m.Sequence, fence: stash.Fence(m.Header.Get(fenceHeader)), data: m.Data}
	life, err := strconv.ParseInt(m.Header.Get(lifeHeader), 10, 64)
	if err != nil {
		return r, nil // it is not ours
	}
	now, err := s.serverNow(ctx)
	if err != nil {
		return r, err
	}
	r.live = m.Time.Add(time.Duration(life) * time.Millisecond).After(now)
	return r, nil
}

// write replaces the message that a record was read from. It reports false if there is another one.
func (s *Store) write(ctx context.Context, key stash.Key, r record, life time.Duration) (bool, error) {
	m := nats.NewMsg(s.subject(key))
	m.Header.Set(fenceHeader, string(r.fence))
	m.Header.Set(lifeHeader, strconv.FormatInt(int64((life+time.Millisecond-1)/time.Millisecond), 10))
	m.Data = r.data
	// The server removes it some time after its life, which read knows exactly.
	ttl := (life+time.Second-1)/time.Second*time.Second + time.Second
	_, err := s.js.PublishMsg(ctx, m, jetstream.WithExpectLastSequencePerSubject(r.sequence), jetstream.WithMsgTTL(ttl))
	var api *jetstream.APIError
	switch {
	case err == nil:
		return true, nil
	case !errors.As(err, &api):
	case api.ErrorCode == jetstream.JSErrCodeStreamWrongLastSequence, api.ErrorCode == jetstream.JSErrCodeStreamWrongLastSequenceConstant:
		return false, nil
	case api.ErrorCode == jetstream.JSErrCodeStreamMessageExceedsMaximum:
		return false, fmt.Errorf("%w: %w", stash.ErrTooLarge, err)
	case api.ErrorCode == storeFailed && strings.HasPrefix(api.Description, "maximum "), api.ErrorCode == noResources:
		return false, fmt.Errorf("%w: %w", stash.ErrFull, err)
	}
	if errors.Is(err, nats.ErrMaxPayload) {
		err = fmt.Errorf("%w: %w", stash.ErrTooLarge, err)
	}
	return false, err
}

// Codes of the server's errors.
const (
	noResources jetstream.ErrorCode = 10023 // also: the account's storage is used up
	storeFailed jetstream.ErrorCode = 10077 // its text says why, such as "maximum bytes exceeded"
)

// change reads a record, and writes what f makes of it, until nobody has written it in between.
func (s *Store) change(ctx context.Context, key stash.Key, life time.Duration, f func(r *record) error) (record, error) {
	if err := ctx.Err(); err != nil {
		return record{}, err
	}
	for {
		r, err := s.read(ctx, key)
		if err != nil {
			return r, fmt.Errorf("natsstash: %w", err)
		}
		if err := f(&r); err != nil {
			return r, err
		}
		done, err := s.write(ctx, key, r, life)
		if err != nil {
			return r, fmt.Errorf("natsstash: %w", err)
		}
		if done {
			return r, nil
		}
		timer := time.NewTimer(rand.N(maxPause))
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return r, ctx.Err()
		}
	}
}

// maxPause is the longest pause before a record is read again that somebody else has written.
const maxPause = 5 * time.Millisecond

// Take is part of [stash.Store].
func (s *Store) Take(ctx context.Context, key stash.Key, fence stash.Fence, life time.Duration) ([]byte, error) {
	r, err := s.change(ctx, key, life, func(r *record) error {
		if !r.live {
			r.data = nil
		}
		r.fence = fence
		return nil
	})
	if err != nil {
		return nil, err
	}
	if len(r.data) == 0 {
		return nil, stash.ErrNotFound
	}
	return r.data, nil
}

// Put is part of [stash.Store].
func (s *Store) Put(ctx context.Context, key stash.Key, fence stash.Fence, data []byte, life time.Duration) error {
	if n := len(data); n > s.config.MaxSize {
		return fmt.Errorf("natsstash: %d bytes, %d at most: %w", n, s.config.MaxSize, stash.ErrTooLarge)
	}
	_, err := s.change(ctx, key, life, func(r *record) error {
		if !r.live || r.fence != fence {
			return stash.ErrFenced
		}
		r.data = data
		return nil
	})
	return err
}

// Get is part of [stash.Store].
func (s *Store) Get(ctx context.Context, key stash.Key) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	r, err := s.read(ctx, key)
	if err != nil {
		return nil, fmt.Errorf("natsstash: %w", err)
	}
	if !r.live || len(r.data) == 0 {
		return nil, stash.ErrNotFound
	}
	return r.data, nil
}

// Extend is part of [stash.Store].
func (s *Store) Extend(ctx context.Context, key stash.Key, life time.Duration) error {
	_, err := s.change(ctx, key, life, func(r *record) error {
		if !r.live {
			return stash.ErrNotFound
		}
		return nil
	})
	return err
}

// Delete is part of [stash.Store].
func (s *Store) Delete(ctx context.Context, key stash.Key) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	var groups []stash.Key
	switch {
	case key.Name != "":
		groups = []stash.Key{key}
	default:
		if key.Session != "" {
			groups = append(groups, stash.Key{Session: key.Session, Identity: "*", Name: "*"})
		}
		if key.Identity != "" {
			groups = append(groups, stash.Key{Session: "*", Identity: key.Identity, Name: "*"})
		}
	}
	for _, group := range groups {
		if err := s.stream.Purge(ctx, jetstream.WithPurgeSubject(s.subject(group))); err != nil {
			return fmt.Errorf("natsstash: delete: %w", err)
		}
	}
	return nil
}
