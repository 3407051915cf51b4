package htmxdom

import "strings"

// timers hold what htmx does after a wait. Time passes at once, in order.
type timers struct {
	now     float64
	waiting []timer
}

type timer struct {
	at float64
	do func()
}

// after does something when ms milliseconds have passed; with 0, once the code
// that runs now is done.
func (t *timers) after(ms float64, do func()) {
	t.waiting = append(t.waiting, timer{t.now + ms, do})
}

func (t *timers) run() {
	for len(t.waiting) > 0 {
		next := 0
		for i, w := range t.waiting {
			if w.at < t.waiting[next].at {
				next = i
			}
		}
		w := t.waiting[next]
		t.waiting = append(t.waiting[:next], t.waiting[next+1:]...)
		t.now = w.at
		w.do()
	}
}

// interval is htmx's parseInterval: a number of milliseconds, or a text with a
// unit. What it cannot read is no wait.
func interval(v any) float64 {
	switch v := v.(type) {
	case float64:
		return max(v, 0)
	case string:
		factor := 1.0
		for unit, f := range map[string]float64{"ms": 1, "s": 1000, "m": 60000} {
			if n, ok := strings.CutSuffix(v, unit); ok && (unit != "s" || !strings.HasSuffix(v, "ms")) {
				v, factor = n, f
				break
			}
		}
		f, _ := number(v)
		return max(f*factor, 0)
	}
	return 0
}
