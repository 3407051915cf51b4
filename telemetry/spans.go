package telemetry

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"github.com/sideband-go/sideband/internal/fault"
	"github.com/sideband-go/sideband/internal/live"
)

// maxEnded is how many spans may wait to be given to the tracer provider, or for the end of the one around them; more are
// dropped.
const maxEnded = 4096

// gather is how long ended spans are gathered before they are given together: a goroutine for each event, and a processor
// that it wakes, would cost as much as the spans.
const gather = 10 * time.Millisecond

// The attributes of spans and metrics.
const (
	viewKey      = attribute.Key("sideband.view")
	componentKey = attribute.Key("sideband.component")
	methodKey    = attribute.Key("sideband.method")
	kindKey      = attribute.Key("sideband.kind")
	outcomeKey   = attribute.Key("sideband.outcome")
	stateKey     = attribute.Key("sideband.state")
	wholeKey     = attribute.Key("sideband.render.whole")
	regionsKey   = attribute.Key("sideband.render.regions")
	bytesKey     = attribute.Key("sideband.bytes")
	waitedKey    = attribute.Key("sideband.waited")
	ranKey       = attribute.Key("sideband.ran")
	callbacksKey = attribute.Key("sideband.callbacks")
	messagesKey  = attribute.Key("sideband.messages")
	queueKey     = attribute.Key("sideband.queue.length")
	routeKey     = attribute.Key("http.route")
	errorTypeKey = attribute.Key("error.type")
	countKey     = attribute.Key("sideband.count")
)

// span is the span of an activity, with those of the renderings and patches in it. It does not refer to a view.
type span struct {
	tracer   trace.Tracer
	span     trace.Span
	recorded bool

	// What follows is known when it is over.
	name, route                string
	label                      label
	outcome                    fault.Outcome
	start, end                 time.Time
	waited, ran                time.Duration
	isTurn                     bool
	queue, callbacks, messages int
	bytes, items               int
	parts                      []part
}

// part is a rendering or a patch that is over. Nothing of the application's runs in it, so that it needs no span before.
type part struct {
	kind           live.ActivityKind
	name           string
	outcome        fault.Outcome
	start, end     time.Time
	bytes, regions int
	whole          bool
}

// lost is in the place of a span that could not be started.
type lost struct{}

var spanPool = sync.Pool{New: func() any { return new(span) }}

// free takes back the memory of a span, to which nothing may refer any more.
func (s *span) free() {
	clear(s.parts)
	*s = span{parts: s.parts[:0]}
	spanPool.Put(s)
}

// spanOf returns the span of an activity, or of the nearest one around it; nil if there is none.
func spanOf(a *live.Activity) *span {
	for ; a != nil; a = a.Parent {
		if s, ok := a.Observed.(*span); ok {
			return s
		}
	}
	return nil
}

// recordedSpan is spanOf; nil if nobody records the span.
func recordedSpan(a *live.Activity) *span {
	if s := spanOf(a); s != nil && s.recorded {
		return s
	}
	return nil
}

// begin starts the span of callbacks, and of what is apart from turns.
func (t observer) begin(ctx context.Context, a *live.Activity) context.Context {
	if around := spanOf(a.Parent); around != nil {
		ctx = trace.ContextWithSpan(ctx, around.span)
	}
	options := make([]trace.SpanStartOption, 0, 2)
	options = append(options, trace.WithTimestamp(start(a)))
	if sc, ok := a.Cause.(trace.SpanContext); ok {
		options = append(options, trace.WithLinks(trace.Link{SpanContext: sc}))
	}
	s := spanPool.Get().(*span)
	s.tracer = t.tracer
	s.name = t.labelsOf(label{kind: a.Kind, view: a.Page()}).name
	ctx, s.span = t.tracer.Start(ctx, s.name, options...)
	s.recorded = s.span.IsRecording()
	a.Observed = s
	return ctx
}

// end hands the activity's span to where it is ended.
func (t observer) end(a *live.Activity, l *labels, outcome fault.Outcome) {
	if !hasSpan(a.Kind) {
		if s := recordedSpan(a.Parent); s != nil {
			if len(s.parts) >= maxEnded {
				t.spans.dropped.Add(1)
				return
			}
			s.parts = append(s.parts, part{
				kind: a.Kind, name: l.name, outcome: outcome, start: a.Began, end: a.Ended,
				bytes: a.Bytes, regions: a.Regions, whole: a.Whole,
			})
		}
		return
	}
	s, ok := a.Observed.(*span)
	if !ok {
		return
	}
	a.Observed = nil
	if !s.recorded {
		s.free()
		return
	}
	if s.name == l.name {
		s.name = ""
	} else {
		s.name = l.name
	}
	s.label, s.route, s.outcome = l.label, a.Route(), outcome
	s.start, s.end, s.waited, s.ran = start(a), a.Ended, a.Began.Sub(start(a)), a.Ran
	s.isTurn = a.Parent == nil && a.Kind != live.ActivityCallback
	s.queue, s.callbacks, s.messages, s.bytes, s.items = a.Waiting, a.Callbacks, a.Messages, a.Bytes, a.Items
	t.spans.put(s)
}

// hasSpan reports whether activities of a kind have a span while they are under way.
func hasSpan(k live.ActivityKind) bool { return k.IsCallback() || k.IsApart() }

// giver gives spans to their provider, with memory of its own: implementations of the API copy what they are given.
type giver struct {
	dropped    *atomic.Int64
	attributes []attribute.KeyValue
	start      [1]trace.SpanStartOption
	end        [1]trace.SpanEndOption
}

// give gives a span and its parts to their provider, which may take its time.
func (g *giver) give(s *span) {
	if len(s.parts) > 0 {
		inside := trace.ContextWithSpan(context.Background(), s.span)
		for i := range s.parts {
			g.givePart(inside, s.tracer, &s.parts[i])
		}
	}
	g.giveWhole(s)
	s.free()
}

func (g *giver) givePart(inside context.Context, tracer trace.Tracer, p *part) {
	defer g.dropPanicked()
	g.start[0] = trace.WithTimestamp(p.start)
	_, s := tracer.Start(inside, p.name, g.start[:]...)
	list := append(g.attributes[:0], outcomeKey.String(string(p.outcome)), bytesKey.Int(p.bytes))
	if p.kind == live.ActivityRender { // whose turn says the rest
		list = append(list, wholeKey.Bool(p.whole), regionsKey.Int(p.regions))
	}
	g.finish(s, list, p.outcome, p.end)
}

func (g *giver) giveWhole(s *span) {
	defer g.dropPanicked()
	if s.name != "" {
		s.span.SetName(s.name)
	}
	list := append(g.attributes[:0], outcomeKey.String(string(s.outcome)), viewKey.String(s.label.view))
	if s.route != "" {
		list = append(list, routeKey.String(s.route))
	}
	if s.label.component != "" {
		list = append(list, componentKey.String(s.label.component))
	}
	if s.label.method != "" {
		list = append(list, methodKey.String(s.label.method))
	}
	switch kind := s.label.kind; {
	case kind == live.ActivityTask:
	case kind == live.ActivityLoad:
		list = append(list, countKey.Int(s.items))
	case kind.IsApart():
		list = append(list, bytesKey.Int(s.bytes), countKey.Int(s.items))
	case s.isTurn:
		list = append(list, queueKey.Int(s.queue), callbacksKey.Int(s.callbacks), messagesKey.Int(s.messages), bytesKey.Int(s.bytes),
			waitedKey.Float64(s.waited.Seconds()), ranKey.Float64(s.ran.Seconds()))
	}
	g.finish(s.span, list, s.outcome, s.end)
}

// finish ends a span.
func (g *giver) finish(s trace.Span, list []attribute.KeyValue, outcome fault.Outcome, end time.Time) {
	if outcome.IsFailure() {
		list = append(list, errorTypeKey.String(string(outcome)))
		s.SetStatus(codes.Error, "")
	}
	g.attributes = list
	s.SetAttributes(list...)
	g.end[0] = trace.WithTimestamp(end)
	s.End(g.end[:]...)
}

// dropPanicked is deferred where the application's processors and exporters may panic: then a span is dropped.
func (g *giver) dropPanicked() {
	if recover() != nil {
		g.dropped.Add(1)
	}
}

// spans gives ended spans to their provider, a moment later and on a goroutine of its own: a
// processor may export them at once, and its exporter may hang.
type spans struct {
	dropped atomic.Int64

	mu      sync.Mutex
	waiting []*span
	n       int           // of them, with their parts
	next    chan struct{} // closed when those that wait were given; nil if none waits
	current chan struct{} // the same, of those that are being given; nil if none are
	timer   *time.Timer   // begins to give
}

// put never waits.
func (s *spans) put(e *span) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 1 + len(e.parts)
	if s.n+n > maxEnded {
		s.dropped.Add(int64(n))
		e.free()
		return
	}
	s.n += n
	s.waiting = append(s.waiting, e)
	if s.next != nil {
		return
	}
	s.next = make(chan struct{})
	switch {
	case s.current != nil: // who gives looks again
	case s.timer == nil:
		s.timer = time.AfterFunc(gather, s.work)
	default:
		s.timer.Reset(gather)
	}
}

// work gives the spans that wait, unless that is being done.
func (s *spans) work() {
	s.mu.Lock()
	idle := s.current == nil && s.next != nil
	if idle {
		s.current = make(chan struct{})
	}
	s.mu.Unlock()
	if idle {
		s.giveAll()
	}
}

func (s *spans) giveAll() {
	g := giver{dropped: &s.dropped}
	var done []*span
	for {
		s.mu.Lock()
		clear(done)
		close(s.current)
		s.waiting, done = done[:0], s.waiting
		s.current, s.next, s.n = s.next, nil, 0
		s.mu.Unlock()
		if len(done) == 0 {
			return
		}
		for _, e := range done {
			g.give(e)
		}
	}
}

// flush waits until what waits now was given.
func (s *spans) flush(ctx context.Context) error {
	s.mu.Lock()
	given := s.next
	if given == nil {
		given = s.current
	}
	s.mu.Unlock()
	if given == nil {
		return nil
	}
	go s.work()
	select {
	case <-given:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
