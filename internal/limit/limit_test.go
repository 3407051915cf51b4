package limit_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sideband-go/sideband/internal/limit"
)

func TestLimiter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := limit.NewLimiter[string](120, time.Minute)
		allowed := func(key string) (n int) {
			for l.Allow(key) {
				n++
			}
			return n
		}
		if n := allowed("a"); n != 120 {
			t.Errorf("%d at once", n)
		}
		if n := allowed("b"); n != 120 {
			t.Errorf("another key has %d", n)
		}
		time.Sleep(10 * time.Second)
		if n := allowed("a"); n != 20 {
			t.Errorf("%d in ten seconds", n)
		}
		if n := l.Sweep(time.Now()); n != 2 {
			t.Errorf("%d keys are known", n)
		}
		time.Sleep(51 * time.Second)
		if n := l.Sweep(time.Now()); n != 1 {
			t.Errorf("%d keys are known, of which one has all its events again", n)
		}
		if n := allowed("b"); n != 120 {
			t.Errorf("after a sweep, a key has %d", n)
		}
	})
}

// A key that is used again keeps its bucket, though that is full again each time.
func TestAKeyInUseKeepsItsBucket(t *testing.T) {
	l, now := limit.NewLimiter[string](120, time.Minute), time.Now()
	take := func() {
		now = now.Add(time.Minute)
		if wait := l.Take("a", now); wait != 0 {
			t.Errorf("it has to wait for %v", wait)
		}
	}
	take()
	if n := testing.AllocsPerRun(100, take); n != 0 {
		t.Errorf("each time allocates %v objects", n)
	}
	l.Take("b", now.Add(time.Minute))
	if n := l.Sweep(now); n != 1 {
		t.Errorf("%d keys are known beside a new one", n-1)
	}
}

func TestExemptions(t *testing.T) {
	e := limit.NewExemptions[string](2, time.Minute)
	now := time.Unix(1000, 0)
	e.Grant("a", now)
	e.Grant("b", now)
	e.Grant("c", now) // beyond the limit
	if !e.Use("a", now) || e.Use("a", now) || e.Use("c", now) {
		t.Error("an exemption holds more than once, or there are more than two")
	}
	if e.Use("b", now.Add(time.Minute)) {
		t.Error("an exemption does not expire")
	}
	e.Grant("a", now)
	if n := e.Sweep(now.Add(59 * time.Second)); n != 1 {
		t.Errorf("%d are left before a minute is over", n)
	}
	if n := e.Sweep(now.Add(time.Minute)); n != 0 {
		t.Errorf("%d are left after a minute", n)
	}
}

func TestNetworks(t *testing.T) {
	for address, want := range map[string]string{
		"192.0.2.1:80": "192.0.2.1", "[::ffff:192.0.2.1]:80": "192.0.2.1",
		"[2001:db8::1]:1": "2001:db8::/64", "[2001:db8::2:3]:4": "2001:db8::/64", "[2001:db8:0:1::1]:1": "2001:db8:0:1::/64",
		"": "", "@": "@", "192.0.2.1": "192.0.2.1",
	} {
		if got := limit.Network(address); got != want {
			t.Errorf("%q is in the network %q, not %q", address, got, want)
		}
	}
}

var window = limit.WindowLog{Max: 3, Window: time.Minute, MaxEntries: 12}

func TestWindowLog(t *testing.T) {
	now, log := time.Unix(1_800_000_000, 0), ""
	allow := func(tag string, after time.Duration) bool {
		t.Helper()
		next, ok := window.Allow(log, tag, now.Add(after))
		if ok {
			log = next
		}
		return ok
	}
	for i := range 3 {
		if !allow("", time.Duration(i)*time.Second) {
			t.Errorf("event %d is refused: %q", i, log)
		}
	}
	if allow("", 59*time.Second) {
		t.Error("a fourth event within a minute is allowed")
	}
	if !allow("", 60*time.Second) || allow("", 60*time.Second) {
		t.Error("after a minute the first event still counts, or the second does not")
	}
	log = ""
	for i := range 20 { // each tag has its own count
		tag := string(rune('a' + i))
		for j := range 4 {
			if i == 0 && allow(tag, 0) != (j < 3) {
				t.Errorf("event %d of %q", j, tag)
			}
		}
		allow(tag, 0)
		if strings.Count(log, ".") > 11 {
			t.Fatalf("the log grows: %q", log)
		}
	}
	log = ""
	allow("", 0)
	allow("a", 0)
	allow("a", 0)
	if allow("a", 0) || !allow("b", 0) {
		t.Error("events without a tag do not count for each tag, or those of another tag do")
	}
}

// FuzzWindowLog checks that, whatever log a client sends, the next one is bounded and counts its events.
func FuzzWindowLog(f *testing.F) {
	f.Add("", "")
	f.Add("trn9uo~abc.trn9uo", "abc")
	f.Add("~..-1.zzzzzzzzzzzzzzzzzzz.999999999999999999999999999", "")
	now := time.Unix(1_800_000_000, 0)
	f.Fuzz(func(t *testing.T, log, tag string) {
		if strings.ContainsAny(tag, ".~") || len(tag) > 10 {
			return
		}
		allowed := 0
		for range 5 {
			next, ok := window.Allow(log, tag, now)
			if !ok {
				break
			}
			allowed++
			if log = next; len(log) > 12*21 {
				t.Errorf("%d bytes", len(log))
			}
		}
		if allowed > 3 {
			t.Errorf("%d events, and the log is %q", allowed, log)
		}
	})
}
