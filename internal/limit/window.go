package limit

import (
	"strconv"
	"strings"
	"time"
)

// WindowLog is a sliding-window limit whose log the client keeps, as a text: processes need not
// share it. A client that changes the text changes only its own limit.
//
// The text holds an entry for each event, separated by points: its time in base 36 and, if it has
// a tag, a tilde and the tag.
type WindowLog struct {
	Max        int           // events in a window
	Window     time.Duration // to the second
	MaxEntries int           // of the text; the oldest are dropped
}

// maxEntry bounds an entry of the text in bytes.
const maxEntry = 20

// Allow reports whether another event is allowed, and returns the text with it added. Earlier events
// with the same tag count, and those without a tag.
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
