package handlers_test

import (
	"html"
	"regexp"
	"strings"
	"testing"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/handlers/internal/rooms"
)

// Where a page goes on is what it names, if that is of this life of its view; whatever
// else it names, it gets the view whole. The first it gets is what it has named.
func TestWhereAPageGoesOn(t *testing.T) {
	c := handlers.Config{Security: handlers.Security{Secrets: [][]byte{secret}}}
	s := roomSite(t, c, rooms.Page{})
	p := s.browser(t).open("/rooms/a").connect("")
	p.post("event=Add&value=1", nil)
	p.await(">1<")
	s.restart(t, c, rooms.Page{})
	p.connect("1")
	first := p.await("innerMorph")
	epoch, _, ok := strings.Cut(first, "-")
	if !ok || len(epoch) != 8 {
		t.Fatalf("the first id is %q", first)
	}
	for _, want := range []string{">1<", ">2<", ">3<"} {
		p.post("event=Add&value=1", nil)
		p.await(want)
	}
	for _, c := range []struct {
		named  string
		missed []string // nil: all of it
	}{
		{epoch + "-2", []string{">2<", ">3<"}},
		{epoch + "-3", []string{">3<"}},
		{epoch + "-4", []string{}},
		{epoch + "-1", []string{">1<", ">2<", ">3<"}},
		{"2", nil},
		{"-2", nil},
		{"AAAAAAAA-2", nil},
		{strings.ToLower(epoch) + "-2", nil},
		{epoch + "-99", nil},
		{epoch + "-18446744073709551616", nil},
		{epoch + "-2-2", nil},
		{epoch + "-", nil},
		{epoch + "-+2", nil},
		{epoch + "- 2", nil},
		{"x", nil},
		{strings.Repeat("A", 9) + "-2", nil},
		{strings.Repeat("A", 10000) + "-", nil},
	} {
		p.body.Close()
		waitFor(t, func() bool { return s.kit.Stats().Views.Parked == 1 })
		p.connect(c.named)
		stop := p.limit()
		line, err := p.in.ReadString('\n')
		stop()
		if err != nil || line != "id: "+c.named+"\n" && line != "id: x\n" && line != "id: 2\n" {
			t.Errorf("%.40q: the first line is %.60q", c.named, line)
		}
		p.post("event=Add&value=0", nil) // changes nothing
		if c.missed == nil {
			p.await(`id="sb-view" hx-swap="innerMorph"`)
			continue
		}
		for _, want := range c.missed {
			if _, data := p.patch(); !strings.Contains(data, want) || strings.Contains(data, "innerMorph") {
				t.Errorf("%q: got %q, not %q", c.named, data, want)
			}
		}
	}
}

// A connection that was asked for before the open one, by an element that has been
// replaced since, takes nothing over.
func TestAStaleConnectionTakesNothingOver(t *testing.T) {
	s := roomSite(t, handlers.Config{}, rooms.Page{})
	b := s.browser(t)
	p := b.open("/rooms/a").connect("")
	for _, want := range []string{">1<", ">2<", ">3<"} {
		p.post("event=Add&value=1", nil)
		p.await(want)
	}
	p.body.Close()
	waitFor(t, func() bool { return s.kit.Stats().Views.Parked == 1 })
	p.connect("3")
	stale := &tab{browser: b, path: p.path, ticket: p.ticket}
	stale.connect("2")
	if _, data := stale.message(); !strings.Contains(data, "open elsewhere") {
		t.Errorf("the stale one is told %s", data)
	}
	p.post("event=Add&value=1", nil)
	p.await(">4<")
}

// Answers that bring nothing new name the same message. Of two elements that do, the last one is in the page, whoever
// of them reaches the server first; unless its answer was overtaken: then the other one is, and gets the whole view.
func TestAnElementThatWasReplacedByItsLikeTakesNothingOver(t *testing.T) {
	s := roomSite(t, handlers.Config{}, rooms.Page{})
	b := s.browser(t)
	p := b.open("/rooms/a")
	var queries []string
	for range 2 {
		queries = append(queries, elementIn(t, p.post("event=Add&value=0", nil)))
	}
	p.connectTo(queries[1], "")
	stale := &tab{browser: b, path: p.path, ticket: p.ticket}
	stale.connectTo(queries[0], "")
	_, data := stale.patch()
	p.post("event=Add&value=1", nil)
	p.await(">1<")
	again := elementIn(t, answer{body: data})
	if strings.Contains(data, `id="sb-stream" hx-swap="delete"`) || again != "?sideband=stream&after=x" {
		t.Fatalf("the stale one is told %s", data)
	}
	stale.connectTo(again, "")
	if _, data := stale.patch(); !strings.Contains(data, "innerMorph") {
		t.Errorf("the element in its place gets %s", data)
	}
}

// After a restart elements are counted anew: a connection that comes back by one from before is older than the first one
// of an answer.
func TestElementsOfALifeBeforeAreOlder(t *testing.T) {
	c := handlers.Config{Security: handlers.Security{Secrets: [][]byte{secret}}}
	s := roomSite(t, c, rooms.Page{})
	b := s.browser(t)
	p := b.open("/rooms/a")
	var before string
	for range 2 {
		before = elementIn(t, p.post("event=Add&value=0", nil))
	}
	s.restart(t, c, rooms.Page{})
	first := elementIn(t, p.post("event=Add&value=1", nil))
	_, id, _ := strings.Cut(first, "after=")
	id, _, _ = strings.Cut(id, ".")
	late := &tab{browser: b, path: p.path, ticket: p.ticket}
	late.connectTo(before, id) // it has learnt the id from an answer, and is not there any more
	p.connectTo(first, "")
	p.post("event=Add&value=1", nil)
	p.await(">2<")
}

// patch is the next message that is about the view.
func (p *tab) patch() (id, data string) {
	p.t.Helper()
	for {
		if id, data = p.message(); data == "" || !strings.Contains(data, `id="sb-lost"`) {
			return id, data
		}
	}
}

// An answer may come after a connection that has brought the same: what it adds is then there twice, until its own
// element gets the whole view. That holds if another answer has come meanwhile, too.
func TestAnElementWhoseAnswerWasOvertakenGetsTheWholeView(t *testing.T) {
	for _, more := range []int{0, 1} {
		s := roomSite(t, handlers.Config{}, rooms.Page{})
		p := s.browser(t).open("/rooms/a").connect("")
		p.post("event=Add&value=1", nil)
		p.await(">1<")
		leaves(t, p, s)
		query := elementIn(t, p.post("event=Add&value=1", nil))
		p.connect("1")
		p.await(">2<")
		leaves(t, p, s)
		for range more {
			query = elementIn(t, p.post("event=Add&value=1", nil))
		}
		p.connectTo(query, "")
		if _, data := p.patch(); !strings.Contains(data, "innerMorph") {
			t.Errorf("%d more: got %s", more, data)
		}
	}
}

// What an element's own connection took, and the browser did not get, is sent again, not the whole view.
func TestAnElementThatConnectsAgainGetsWhatItHasMissed(t *testing.T) {
	s := roomSite(t, handlers.Config{}, rooms.Page{})
	p := s.browser(t).open("/rooms/a").connect("")
	p.post("event=Add&value=1", nil)
	p.await(">1<")
	leaves(t, p, s)
	query := elementIn(t, p.post("event=Add&value=1", nil))
	p.connectTo(query, "")
	p.post("event=Add&value=1", nil)
	p.await(">3<")
	leaves(t, p, s)
	p.connectTo(query, "")
	if _, data := p.patch(); !strings.Contains(data, ">3<") || strings.Contains(data, "innerMorph") {
		t.Errorf("got %s", data)
	}
}

// leaves cuts the only page's connection.
func leaves(t *testing.T, p *tab, s *site) {
	t.Helper()
	p.body.Close()
	waitFor(t, func() bool { return s.kit.Stats().Views.Parked == 1 })
}

// elementIn is the query of the connection element in an answer.
func elementIn(t *testing.T, a answer) string {
	t.Helper()
	m := regexp.MustCompile(`hx-sse:connect="(\?sideband=stream&amp;after=[^"]*)"`).FindStringSubmatch(a.body)
	if m == nil {
		t.Fatalf("answered %d %s", a.status, a.body)
	}
	return html.UnescapeString(m[1])
}
