package stash

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// Case 466: two processes write many times what they keep. The log stays small, and both have the same records, as one
// that comes later.
func TestTheLogOfFilesIsCleaned(t *testing.T) {
	t.Parallel()
	const segment, size, keys = 64 << 10, 3000, 30
	dir, ctx := filepath.Join(t.TempDir(), "stashes"), t.Context()
	open := func() *Files {
		f := newFiles(dir, osFiles{}, segment)
		if err := f.open(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = f.Close() })
		return f
	}
	both := []*Files{open(), open()}
	want := map[Key][]byte{}
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	for n := range 600 {
		key := Key{Session: hashOf(1), Identity: hashOf(9), Name: hashOf(uint64(random.IntN(keys)*3) + 10)}
		f, fence := both[random.IntN(2)], Fence(hashOf(uint64(n)))
		if _, err := f.Take(ctx, key, fence, time.Hour); err != nil && !errors.Is(err, ErrNotFound) {
			t.Fatal(err)
		}
		if random.IntN(10) == 0 {
			if err := f.Delete(ctx, key); err != nil {
				t.Fatal(err)
			}
			delete(want, key)
			continue
		}
		data := bytes.Repeat(fmt.Appendf(nil, "%4d ", n), random.IntN(size/5)+1)
		if err := f.Put(ctx, key, fence, data, time.Hour); err != nil {
			t.Fatal(err)
		}
		want[key] = data
	}
	var total int64
	names, err := filepath.Glob(filepath.Join(dir, "*.log"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		total += info.Size()
	}
	if most := int64(2*keys*size + 4*segment); total > most || both[0].log.segments[0].number == 1 {
		t.Errorf("the log has %d bytes, of %d at most, and begins with segment %d", total, most, both[0].log.segments[0].number)
	}
	for _, f := range append(both, open()) {
		for n := range keys {
			key := Key{Session: hashOf(1), Identity: hashOf(9), Name: hashOf(uint64(n*3) + 10)}
			if data, err := f.Get(ctx, key); !bytes.Equal(data, want[key]) || err != nil && !errors.Is(err, ErrNotFound) {
				t.Errorf("a record has %.40q, %v, want %.40q", data, err, want[key])
			}
		}
	}
}

// Case 466: 10,000 records expire, and no call drops many.
func TestRecordsInFilesExpireLittleByLittle(t *testing.T) {
	t.Parallel()
	f, now, ctx := newFiles(t.TempDir(), osFiles{}, segmentSize), time.Now(), t.Context()
	if err := f.open(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	f.now = func() time.Time { return now }
	const records = 10_000
	for n := range records {
		key := Key{Session: hashOf(1), Identity: hashOf(2), Name: hashOf(uint64(n + 1))}
		if _, err := f.Take(ctx, key, Fence(hashOf(1)), time.Minute); !errors.Is(err, ErrNotFound) {
			t.Fatal(err)
		}
	}
	now = now.Add(time.Minute)
	for left := records; left > 0; {
		if _, err := f.Get(ctx, Key{Session: hashOf(1), Identity: hashOf(2), Name: hashOf(5000)}); !errors.Is(err, ErrNotFound) {
			t.Fatalf("an expired record: %v", err)
		}
		n := len(f.log.all.records)
		if d := left - n; d < 1 || d > expirePerBatch {
			t.Fatalf("a call has dropped %d records", d)
		}
		left = n
	}
}

// A record whose data is damaged is empty, and others are as they were.
func TestDamagedFiles(t *testing.T) {
	t.Parallel()
	dir, ctx, fence := t.TempDir(), t.Context(), Fence(hashOf(1))
	f := newFiles(dir, osFiles{}, segmentSize)
	if err := f.open(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	keys := []Key{{Session: hashOf(1), Identity: hashOf(2), Name: hashOf(3)}, {Session: hashOf(1), Identity: hashOf(2), Name: hashOf(4)}}
	for _, key := range keys {
		if _, err := f.Take(ctx, key, fence, time.Hour); !errors.Is(err, ErrNotFound) {
			t.Fatal(err)
		}
		if err := f.Put(ctx, key, fence, []byte("data of "+key.Name), time.Hour); err != nil {
			t.Fatal(err)
		}
	}
	name := filepath.Join(dir, "00000001.log")
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, bytes.Replace(text, []byte("data of "+keys[0].Name), []byte("DATA of "+keys[0].Name), 1), 0o600); err != nil {
		t.Fatal(err)
	}
	if data, err := f.Get(ctx, keys[0]); !errors.Is(err, ErrNotFound) {
		t.Errorf("the damaged record: %q, %v", data, err)
	}
	if data, err := f.Get(ctx, keys[1]); err != nil || string(data) != "data of "+keys[1].Name {
		t.Errorf("the other one: %q, %v", data, err)
	}
	if err := f.Put(ctx, keys[0], fence, []byte("new"), time.Hour); err != nil {
		t.Error(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Get(ctx, keys[0]); !errors.Is(err, errClosed) {
		t.Errorf("after Close: %v", err)
	}
}
