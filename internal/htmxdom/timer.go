package htmxdom

import "strings"

// timers are the timers of htmx. They fire in order, without waiting.
type timers struct {
	now     float64
	waiting []timer
}

type timer struct {
	at float64
	do func()
}

// after calls do after ms milliseconds; with 0, once the running code has returned.
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

// interval parses milliseconds as htmx's parseInterval does: a number, or a text with a unit. For anything
// else it returns 0.
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
