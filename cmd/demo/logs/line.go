package logs

import (
	"fmt"
	"strconv"
	"time"
)

// Line is one line of the log. It is made up from its number alone, always the same, so
// that nothing has to be kept.
type Line struct {
	Number  int // from 1
	At      time.Time
	Level   string
	Message string
}

// Key is what tells lines apart.
func (l Line) Key() string { return strconv.Itoa(l.Number) }

// between is the time from one line to the next, give or take a half.
const between = 400 * time.Millisecond

var first = time.Date(2026, time.March, 1, 0, 0, 0, 0, time.UTC)

// levels as they are drawn by lot.
var levels = []string{"INFO", "INFO", "INFO", "INFO", "INFO", "DEBUG", "DEBUG", "WARN", "INFO", "ERROR"}

// messages by level: with a number, and a name.
var messages = map[string][]string{
	"DEBUG": {"cache hit, %d bytes of %s", "retry in %d ms, %s is busy", "%d idle connections to %s"},
	"INFO":  {"served in %d ms to %s", "order %d taken over from %s", "%d rows read from %s", "job %d of %s is done"},
	"WARN":  {"slow: %d ms, waiting for %s", "%d requests wait for %s"},
	"ERROR": {"no answer after %d ms from %s", "order %d refused by %s"},
}

var services = []string{"billing", "search", "mail", "stock", "sessions", "images", "reports"}

// lineAt makes up the line with an index, which begins at 0.
func lineAt(i int) Line {
	lot := scatter(uint64(i))
	draw := func(n int) int {
		k := lot % uint64(n)
		lot /= uint64(n)
		return int(k)
	}
	level := levels[draw(len(levels))]
	text := messages[level][draw(len(messages[level]))]
	return Line{
		Number:  i + 1,
		At:      first.Add(time.Duration(i)*between + time.Duration(draw(int(between/time.Millisecond)))*time.Millisecond),
		Level:   level,
		Message: fmt.Sprintf(text, 1+draw(900), services[draw(len(services))]),
	}
}

// lines makes up those with the indexes from to to, which is not among them.
func lines(from, to int) []Line {
	list := make([]Line, 0, max(to-from, 0))
	for i := from; i < to; i++ {
		list = append(list, lineAt(i))
	}
	return list
}

// scatter makes neighbours unlike each other (the end of SplitMix64).
func scatter(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
