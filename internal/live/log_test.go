package live

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func held(l *messageLog, id uint64) string {
	messages, ok := l.Since(id)
	if !ok {
		return "not held"
	}
	var b strings.Builder
	for _, m := range messages {
		fmt.Fprintf(&b, "%d:%s ", m.ID, m.Data)
	}
	return strings.TrimSpace(b.String())
}

func TestLogReplaysWhatCameAfterAnID(t *testing.T) {
	l := &messageLog{maxMessages: 3, maxBytes: 10}
	expect := func(when string, want map[uint64]string) {
		t.Helper()
		for id, w := range want {
			if got := held(l, id); got != w {
				t.Errorf("%s, since %d: %q, want %q", when, id, got, w)
			}
		}
	}
	expect("empty", map[uint64]string{0: "", 1: "not held"})
	l.Add(1, []byte("a"))
	l.Add(2, []byte("b"))
	l.Add(5, []byte("c")) // ids may leave gaps
	expect("full", map[uint64]string{0: "1:a 2:b 5:c", 1: "2:b 5:c", 3: "5:c", 5: "", 6: "not held"})
	l.Add(6, []byte("d"))
	expect("too many messages", map[uint64]string{0: "not held", 1: "2:b 5:c 6:d", 6: ""})
	l.Add(7, []byte("12345678"))
	expect("as many bytes as fit", map[uint64]string{1: "not held", 2: "5:c 6:d 7:12345678", 5: "6:d 7:12345678", 6: "7:12345678"})
	l.Add(8, []byte("xyz"))
	expect("too many bytes", map[uint64]string{6: "not held", 7: "8:xyz"})
	l.Add(9, []byte("12345678901"))
	expect("a message larger than the log", map[uint64]string{8: "not held", 9: "", 10: "not held"})
	l.Add(10, []byte("e"))
	expect("afterwards", map[uint64]string{8: "not held", 9: "10:e", 10: ""})
	l.Reset(20)
	expect("after a reset", map[uint64]string{9: "not held", 19: "not held", 20: ""})
	if l.Last() != 20 {
		t.Errorf("last id %d", l.Last())
	}
}

func TestLogOfTheZeroValueIsBounded(t *testing.T) {
	var few, large messageLog
	for id := uint64(1); id <= 100; id++ {
		few.Add(id, []byte("x"))
		large.Add(id, make([]byte, 1<<10))
	}
	if m, ok := few.Since(100 - 32); !ok || len(m) != 32 {
		t.Errorf("small messages: %d, %v", len(m), ok)
	}
	if _, ok := few.Since(100 - 33); ok {
		t.Error("more than 32 messages are held")
	}
	if m, ok := large.Since(100 - 16); !ok || len(m) != 16 {
		t.Errorf("large messages: %d, %v", len(m), ok)
	}
	if _, ok := large.Since(100 - 17); ok {
		t.Error("more than 16 KiB are held")
	}
}

func TestLogRefusesIDsThatDoNotGrow(t *testing.T) {
	var l messageLog
	l.Add(3, nil)
	for _, id := range []uint64{0, 2, 3} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("id %d was taken", id)
				}
			}()
			l.Add(id, nil)
		}()
	}
}

// TestLogHoldsTheNewest compares a log with a list from which nothing is ever dropped.
func TestLogHoldsTheNewest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		maxMessages := rapid.IntRange(1, 10).Draw(t, "messages")
		maxBytes := rapid.IntRange(1, 30).Draw(t, "bytes")
		l := &messageLog{maxMessages: maxMessages, maxBytes: maxBytes}
		var all []message
		id, floor := uint64(0), uint64(0)
		for range rapid.IntRange(0, 60).Draw(t, "steps") {
			id += rapid.Uint64Range(1, 3).Draw(t, "step")
			if rapid.IntRange(0, 9).Draw(t, "reset") == 0 {
				l.Reset(id)
				all, floor = nil, id
				continue
			}
			m := message{ID: id, Data: make([]byte, rapid.IntRange(0, 34).Draw(t, "size"))}
			l.Add(m.ID, m.Data)
			all = append(all, m)
		}
		// What has to be held: the longest end of the list within both bounds.
		from, size := len(all), 0
		for from > 0 && len(all)-from < maxMessages && size+len(all[from-1].Data) <= maxBytes {
			from--
			size += len(all[from].Data)
		}
		if from > 0 {
			floor = all[from-1].ID
		}
		for since := range id + 3 {
			got, ok := l.Since(since)
			if want := since >= floor && since <= id; ok != want {
				t.Fatalf("since %d: %v, want %v", since, ok, want)
			}
			if !ok {
				continue
			}
			want := all[from:]
			for len(want) > 0 && want[0].ID <= since {
				want = want[1:]
			}
			if len(got) != len(want) {
				t.Fatalf("since %d: %d messages, want %d", since, len(got), len(want))
			}
			for i := range got {
				if got[i].ID != want[i].ID || len(got[i].Data) != len(want[i].Data) {
					t.Fatalf("since %d: message %d has id %d, want %d", since, i, got[i].ID, want[i].ID)
				}
			}
		}
	})
}

// BenchmarkLog measures the cost of remembering a message.
func BenchmarkLog(b *testing.B) {
	var l messageLog
	data := bytes.Repeat([]byte("x"), 80)
	b.ReportAllocs()
	id := uint64(0)
	for b.Loop() {
		id++
		l.Add(id, data)
	}
}
