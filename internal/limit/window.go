package limit

import (
	"strconv"
	"strings"
	"time"
)

// WindowLog is a sliding-window limit whose log the client keeps, as a text: for processes
// that share nothing. Whoever changes the text cheats only themselves.
//
// The text holds a time for each event, in base 36 and separated by points, and after a tilde
// the tag of those that have one.
type WindowLog struct {
	Max        int           // events in a window
	Window     time.Duration // to the second
	MaxEntries int           // that the text holds; the oldest give way
}

// maxEntry bounds an entry of the text in bytes.
const maxEntry = 20

// Allow reports whether there may be one more event, and returns the text with it. An event
// counts those before it that have its tag, and those without one.
func (l WindowLog) Allow(log, tag string, now time.Time) (next string, ok bool) {
	var recent []string
	count := 0
	for entry := range strings.SplitSeq(log, ".") {
		at, its, _ := strings.Cut(entry, "~")
		unix, err := strconv.ParseInt(at, 36, 64)
		if age := now.Unix() - unix; err != nil || age < 0 || age >= int64(l.Window/time.Second) || len(entry) > maxEntry {
			continue
		}
		recent = append(recent, entry)
		if its == "" || its == tag {
			count++
		}
	}
	if count >= l.Max {
		return "", false
	}
	entry := strconv.FormatInt(now.Unix(), 36)
	if tag != "" {
		entry += "~" + tag
	}
	recent = append(recent, entry)
	return strings.Join(recent[max(0, len(recent)-l.MaxEntries):], "."), true
}
