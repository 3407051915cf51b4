// Package redisstash keeps stashes in Redis: it is a [stash.Store].
//
//	client := redis.NewClient(&redis.Options{Addr: "127.0.0.1:6379", ContextTimeoutEnabled: true})
//	store := &redisstash.Store{Client: client}
//
// It is a module of its own, so that only programs that use it download a client for Redis.
package redisstash

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/sideband-go/sideband/stash"
)

// Store keeps records in Redis 6.2 or newer, or what speaks its protocol, such as Valkey. Do not change its
// fields once it is in use. All methods are safe for concurrent use.
//
// A record is a hash, which expires by the server's clock. The names of a session's or an identity's
// records are in a sorted set, which expires after the last of them. Each script has one key, so that
// a cluster can hold them.
//
// What Redis loses is lost: without appendfsync always that may be the last second at a crash, and with
// replicas what they had not received at a failover. Give the server a maxmemory-policy that evicts
// nothing (noeviction) or only what expires soon (volatile-ttl).
type Store struct {
	// Client is a client of a server, a cluster or a failover group. With ContextTimeoutEnabled in its
	// options, calls return when their context ends, otherwise after the client's own timeouts.
	Client redis.UniversalClient
	// Prefix is the first part of each key. Default: "sideband".
	Prefix string
	// MaxSize bounds the data of a record, in bytes. Default: 1 MiB.
	MaxSize int
}

var _ stash.Store = (*Store)(nil)

func (s *Store) prefix() string {
	if s.Prefix != "" {
		return s.Prefix
	}
	return "sideband"
}

func (s *Store) maxSize() int {
	if s.MaxSize > 0 {
		return s.MaxSize
	}
	return 1 << 20
}

func (s *Store) record(name string) string     { return s.prefix() + ":stash:" + name }
func (s *Store) session(session string) string { return s.prefix() + ":stash-session:" + session }
func (s *Store) identity(id string) string     { return s.prefix() + ":stash-identity:" + id }

// The scripts. A record has the fields f, its fence, and d, its data; ARGV[1] is its life in milliseconds.
var (
	take = redis.NewScript(`
redis.call('HSET', KEYS[1], 'f', ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return redis.call('HGET', KEYS[1], 'd')`)

	put = redis.NewScript(`
if redis.call('HGET', KEYS[1], 'f') ~= ARGV[2] then
	return 0
end
redis.call('HSET', KEYS[1], 'd', ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return 1`)

	// touch adds a name to a group until the record expires, and removes names whose records have expired.
	touch = redis.NewScript(`
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
redis.call('ZADD', KEYS[1], now + ARGV[1], ARGV[2])
if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[1]) then
	redis.call('PEXPIRE', KEYS[1], ARGV[1])
end
return 1`)
)

// all are the scripts, to be loaded.
var all = []*redis.Script{take, put, touch}

// run runs a record's command after its name was added to its groups, in one round trip. First the
// groups: a record that is in none would outlive its session.
func (s *Store) run(ctx context.Context, key stash.Key, life time.Duration, command func(redis.Pipeliner) redis.Cmder) (redis.Cmder, error) {
	var cmd redis.Cmder
	attempt := func() error {
		_, err := s.Client.Pipelined(ctx, func(p redis.Pipeliner) error {
			for _, group := range []string{s.session(key.Session), s.identity(key.Identity)} {
				touch.EvalSha(ctx, p, []string{group}, milliseconds(life), key.Name)
			}
			cmd = command(p)
			return nil
		})
		return err
	}
	err := attempt()
	if err != nil && redis.HasErrorPrefix(err, "NOSCRIPT") {
		for _, script := range all {
			if err := script.Load(ctx, s.Client).Err(); err != nil {
				return nil, wrap(ctx, err)
			}
		}
		err = attempt()
	}
	if err != nil && !errors.Is(err, redis.Nil) {
		return nil, wrap(ctx, err)
	}
	return cmd, nil
}

// milliseconds rounds up, so that no life is 0.
func milliseconds(life time.Duration) int64 {
	return max(1, int64((life+time.Millisecond-1)/time.Millisecond))
}

// wrap makes the errors of the client those of a store.
func wrap(ctx context.Context, err error) error {
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return fmt.Errorf("redisstash: %w", errors.Join(ctx.Err(), err))
	case redis.HasErrorPrefix(err, "OOM"):
		return fmt.Errorf("redisstash: %w: %w", stash.ErrFull, err)
	}
	return fmt.Errorf("redisstash: %w", err)
}

// Take is part of [stash.Store].
func (s *Store) Take(ctx context.Context, key stash.Key, fence stash.Fence, life time.Duration) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	cmd, err := s.run(ctx, key, life, func(p redis.Pipeliner) redis.Cmder {
		return take.EvalSha(ctx, p, []string{s.record(key.Name)}, milliseconds(life), string(fence))
	})
	if err != nil {
		return nil, err
	}
	data, err := cmd.(*redis.Cmd).Text()
	return found(ctx, data, err)
}

// found returns the data of a record.
func found(ctx context.Context, data string, err error) ([]byte, error) {
	switch {
	case errors.Is(err, redis.Nil) || err == nil && data == "":
		return nil, stash.ErrNotFound
	case err != nil:
		return nil, wrap(ctx, err)
	}
	return []byte(data), nil
}

// Put is part of [stash.Store].
func (s *Store) Put(ctx context.Context, key stash.Key, fence stash.Fence, data []byte, life time.Duration) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if n, most := len(data), s.maxSize(); n > most {
		return fmt.Errorf("redisstash: %d bytes, %d at most: %w", n, most, stash.ErrTooLarge)
	}
	cmd, err := s.run(ctx, key, life, func(p redis.Pipeliner) redis.Cmder {
		return put.EvalSha(ctx, p, []string{s.record(key.Name)}, milliseconds(life), string(fence), data)
	})
	if err != nil {
		return err
	}
	if done, err := cmd.(*redis.Cmd).Bool(); err != nil {
		return wrap(ctx, err)
	} else if !done {
		return stash.ErrFenced
	}
	return nil
}

// Get is part of [stash.Store].
func (s *Store) Get(ctx context.Context, key stash.Key) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	data, err := s.Client.HGet(ctx, s.record(key.Name), "d").Result()
	return found(ctx, data, err)
}

// Extend is part of [stash.Store].
func (s *Store) Extend(ctx context.Context, key stash.Key, life time.Duration) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	cmd, err := s.run(ctx, key, life, func(p redis.Pipeliner) redis.Cmder {
		return p.PExpire(ctx, s.record(key.Name), time.Duration(milliseconds(life))*time.Millisecond)
	})
	if err != nil {
		return err
	}
	if found, err := cmd.(*redis.BoolCmd).Result(); err != nil {
		return wrap(ctx, err)
	} else if !found {
		return stash.ErrNotFound
	}
	return nil
}

// chunk is how many records of a session or an identity are deleted by one round trip.
const chunk = 1000

// Delete is part of [stash.Store].
func (s *Store) Delete(ctx context.Context, key stash.Key) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if key.Name != "" {
		return wrap(ctx, s.Client.Del(ctx, s.record(key.Name)).Err())
	}
	var groups []string
	if key.Session != "" {
		groups = append(groups, s.session(key.Session))
	}
	if key.Identity != "" {
		groups = append(groups, s.identity(key.Identity))
	}
	for _, group := range groups {
		if err := s.deleteGroup(ctx, group); err != nil {
			return wrap(ctx, err)
		}
	}
	return nil
}

// deleteGroup deletes the records of a group. Their names stay in it until they expire: a record that is
// taken at the same time must not be in a group that does not know it.
func (s *Store) deleteGroup(ctx context.Context, group string) error {
	names, err := s.Client.ZRange(ctx, group, 0, -1).Result()
	if err != nil {
		return err
	}
	for len(names) > 0 {
		n := min(len(names), chunk)
		_, err := s.Client.Pipelined(ctx, func(p redis.Pipeliner) error {
			for _, name := range names[:n] {
				p.Del(ctx, s.record(name))
			}
			return nil
		})
		if err != nil {
			return err
		}
		names = names[n:]
	}
	return nil
}
