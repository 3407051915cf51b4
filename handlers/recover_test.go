package handlers_test

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/internal/viewtest/sheet"
)

// sheetSite serves the page of forms.
func sheetSite(t *testing.T, c handlers.Config, log *sheet.Log) *site {
	t.Helper()
	c.Security.Secrets = [][]byte{secret}
	return newSite(t, c, func(kit *handlers.Kit, r chi.Router) {
		r.Handle("/sheet", handlers.View(kit, sheet.Page{Log: log}))
	})
}

// replace puts a new process in the place of the one that serves the tabs.
func (s *site) replace(t *testing.T, c handlers.Config, log *sheet.Log) {
	t.Helper()
	shutdown(t, s.kit)
	next := sheetSite(t, c, log)
	s.kit, s.log, s.Config.Handler = next.kit, next.log, next.Config.Handler
}

var asked = regexp.MustCompile(`<input type="hidden" form="([^"]+)" hx-post="[^"?]*\?([^"]+)"`)

// asks returns what a message asks for: the query of each form's event.
func asks(t *testing.T, message string) map[string]string {
	t.Helper()
	forms := map[string]string{}
	for _, m := range asked.FindAllStringSubmatch(message, -1) {
		forms[m[1]] = strings.ReplaceAll(m[2], "&amp;", "&")
	}
	return forms
}

func filled(name string) url.Values {
	return url.Values{"sb-form": {"sheet.1"}, "name": {name}, "line": {"x", "y"}}
}

// answerAll answers for all forms that are asked for.
func (p *tab) answerAll(forms map[string]string, name string) {
	p.t.Helper()
	for form, query := range forms {
		fields := url.Values{"text": {form}}
		if form == "sheet" {
			fields = filled(name)
		}
		if a := p.post(query, fields, "HX-Source", "input"); a.status != http.StatusNoContent {
			p.t.Errorf("%s is answered %d %s", form, a.status, a.body)
		}
	}
}

func TestFormsAreRecoveredBeforeThePageIsMorphed(t *testing.T) {
	log := &sheet.Log{}
	s := sheetSite(t, handlers.Config{}, log)
	p := s.browser(t).open("/sheet").connect("")
	s.replace(t, handlers.Config{}, log)
	p.connect("0")
	id, message := p.message()
	forms := asks(t, message)
	if strings.Contains(message, "innerMorph") || len(forms) != 5 || forms["never"] != "" || forms["card-m"] == "" {
		t.Fatalf("asked for %v by %s", forms, message)
	}
	p.answerAll(forms, "Ann")
	id2, message := p.message()
	for _, want := range []string{"innerMorph", `value="Ann"`, `id="line-1"`, `id="card-m-text" name="text" value="card-m"`, "restored named"} {
		if !strings.Contains(message, want) {
			t.Errorf("the page lacks %s: %s", want, message)
		}
	}
	if id == id2 {
		t.Errorf("both messages have the id %s", id)
	}
	want := []string{"change Ann//false//x,y"}
	if got := log.Lines("change"); !slices.Equal(got, want) {
		t.Errorf("the form's events: %q", got)
	}
	// What is asked again is not answered again.
	p.answerAll(forms, "Bob")
	p.post("event=AddLine", filled("Ann"), "HX-Source", "button#add")
	p.expect("line-2")
	if got := log.Lines("change"); !slices.Equal(got, want) || len(log.Lines("card")) != 3 {
		t.Errorf("the form's events: %q, the cards' %q", got, log.Lines("card"))
	}
}

// restarted returns a page whose view is gone.
func restarted(t *testing.T, log *sheet.Log) (*site, *tab) {
	t.Helper()
	s := sheetSite(t, handlers.Config{}, log)
	p := s.browser(t).open("/sheet").connect("")
	s.replace(t, handlers.Config{}, log)
	return s, p
}

func TestAnEventThatRemountsTheViewIsAnsweredWithTheQuestion(t *testing.T) {
	for _, c := range []struct {
		event, source string
		fields        url.Values
		asked, runs   bool
		shows         string
	}{
		{"event=ShowExtra", "button#show-extra", nil, true, true, `value="Ann"`},
		{"event=AddLine", "button#add", filled("Eve"), true, false, `id="line-2"`},
		{"event=Save", "form#sheet", url.Values{"name": {"Eve"}}, false, false, `<p id="saved">1</p>`},
	} {
		t.Run(c.event, func(t *testing.T) {
			log := &sheet.Log{}
			_, p := restarted(t, log)
			a := p.post(c.event, c.fields, "HX-Source", c.source)
			forms := asks(t, a.body)
			if a.status != http.StatusOK || strings.Contains(a.body, "innerMorph") || !strings.Contains(a.body, "sideband=stream&amp;after=") {
				t.Fatalf("answered %d %s", a.status, a.body)
			}
			if _, ok := forms["sheet"]; ok != c.asked {
				t.Fatalf("asked for %v", forms)
			}
			var last answer
			for form, query := range forms {
				fields := url.Values{"text": {form}}
				if form == "sheet" {
					fields = filled("Ann")
				}
				if last.body != "" {
					t.Fatalf("answered %s before all forms have answered", last.body)
				}
				last = p.post(query, fields, "HX-Source", "input")
			}
			if !strings.Contains(last.body, "innerMorph") || !strings.Contains(last.body, c.shows) || !strings.Contains(last.body, "sideband=stream&amp;after=") {
				t.Errorf("the last answer is %d %s", last.status, last.body)
			}
			if got := log.Lines("change"); len(got) > 0 != c.runs {
				t.Errorf("the form's events: %q", got)
			}
		})
	}
}

func TestAForgedAnswerDoesNotDisarmTheRealOne(t *testing.T) {
	log := &sheet.Log{}
	s, p := restarted(t, log)
	p.connect("0")
	_, message := p.message()
	forms := asks(t, message)
	right := forms["sheet"]
	_, key, _ := strings.Cut(right, "recover=")
	round, number, _ := strings.Cut(key, ".")
	for _, forged := range []string{
		"event=Change&recover=" + strings.Repeat("A", len(round)) + "." + number,
		"event=Change&recover=" + round + ".99", "event=Change&recover=" + round + ".-1", "event=Change&recover=" + round,
		"event=Change&recover=.0", "event=Change&recover=.",
		"event=Save&recover=" + key, "event=Change&to=sheet.Card.1&recover=" + key,
	} {
		if a := p.post(forged, filled("forged"), "HX-Source", "input"); a.status != http.StatusNoContent {
			t.Errorf("%s is answered %d %s", forged, a.status, a.body)
		}
	}
	// A change event that nobody has asked for runs, as it would at any time.
	p.post("event=Type", url.Values{"text": {"real"}}, "HX-Source", "input#named-text")
	if a := s.browser(t).do("POST", "/sheet?"+right, filled("other"), "Sideband-Ticket", p.ticket); a.status != http.StatusForbidden {
		t.Errorf("another person's answer is answered %d", a.status)
	}
	p.answerAll(forms, "Ann")
	p.expect(`value="Ann"`)
	if got := log.Lines("change"); !slices.Equal(got, []string{"change Ann//false//x,y"}) {
		t.Errorf("the form's events: %q", got)
	}
}

var gone = regexp.MustCompile(`<i hx-post="[^"?]*\?(recover=[^"]+)"`)

func TestAPageWithoutTheFormsSaysSo(t *testing.T) {
	log := &sheet.Log{}
	_, p := restarted(t, log)
	p.connect("0")
	_, message := p.message()
	all := gone.FindAllStringSubmatch(message, -1)
	if len(all) != 5 {
		t.Fatalf("asked by %s", message)
	}
	for _, m := range all {
		if a := p.post(m[1], nil); a.status != http.StatusNoContent {
			t.Errorf("answered %d %s", a.status, a.body)
		}
	}
	p.expect("innerMorph")
	if got := log.Lines(""); got != nil {
		t.Errorf("events: %q", got)
	}
}

func TestAPageThatDoesNotAnswerIsMorphedAllTheSame(t *testing.T) {
	log := &sheet.Log{}
	_, p := restarted(t, log)
	p.connect("0")
	_, message := p.message()
	forms := asks(t, message)
	p.post(forms["card-1"], url.Values{"text": {"in time"}}, "HX-Source", "input")
	p.expect("in time") // the whole view, after a while
	// Late is better than never.
	p.post(forms["sheet"], filled("late"), "HX-Source", "input")
	p.expect("late")
	// But not later than what the form itself has said.
	p.post("event=Change&to=sheet.Card.2&typing", url.Values{"text": {"newer"}, "sb-form": {"card-2"}}, "HX-Source", "input#card-2-text")
	p.expect("newer")
	p.post(forms["card-2"], url.Values{"text": {"older"}, "sb-form": {"card-2"}}, "HX-Source", "input")
	if got := log.Lines("card 2"); !slices.Equal(got, []string{"card 2 newer"}) {
		t.Errorf("the card's events: %q", got)
	}
}

func TestWhoeverConnectsMeanwhileIsAskedToo(t *testing.T) {
	log := &sheet.Log{}
	s, p := restarted(t, log)
	p.connect("0")
	id, message := p.message()
	first := asks(t, message)
	p.post(first["sheet"], filled("Ann"), "HX-Source", "input")
	p.body.Close()
	waitFor(t, func() bool { return s.kit.Stats().Views.Parked == 1 })
	// The same page: it has seen the question.
	p.connect(id)
	_, message = p.message()
	if again := asks(t, message); len(again) != 4 || again["sheet"] != "" || again["card-1"] != first["card-1"] {
		t.Errorf("the same page is asked for %v", again)
	}
	p.body.Close()
	waitFor(t, func() bool { return s.kit.Stats().Views.Parked == 1 })
	// One that has seen nothing of this view may be another.
	other := &tab{browser: p.browser, path: p.path, ticket: p.ticket}
	other.connect("0")
	_, message = other.message()
	forms := asks(t, message)
	if len(forms) != 5 || forms["sheet"] == first["sheet"] {
		t.Errorf("another page is asked for %v", forms)
	}
	p.post(first["card-1"], url.Values{"text": {"too late"}}, "HX-Source", "input")
	p.answerAll(forms, "Bob")
	other.expect(`value="Bob"`)
	if got := log.Lines("card 1"); !slices.Equal(got, []string{"card 1 card-1"}) {
		t.Errorf("the card's events: %q", got)
	}
}

func TestEventsRunWhileFormsAreRecovered(t *testing.T) {
	log := &sheet.Log{}
	_, p := restarted(t, log)
	p.connect("0")
	_, message := p.message()
	forms := asks(t, message)
	p.post("event=Change&to=sheet.Card.1&typing", url.Values{"text": {"typed"}}, "HX-Source", "input#card-1-text")
	p.post("event=ShowExtra", nil, "HX-Source", "button#show-extra")
	p.post("event=AddLine", filled("Eve"), "HX-Source", "button#add")
	p.post(forms["sheet"], filled("before"), "HX-Source", "input") // collected before the line was added
	delete(forms, "sheet")
	p.answerAll(forms, "")
	_, message = p.message()
	for _, want := range []string{"innerMorph", `id="line-2"`, `value="Eve"`, `id="extra"`} {
		if !strings.Contains(message, want) {
			t.Errorf("the page lacks %s: %s", want, message)
		}
	}
}

func TestAFormWhoseEventFailsIsMorphedWithANotice(t *testing.T) {
	log := &sheet.Log{}
	_, p := restarted(t, log)
	p.connect("0")
	_, message := p.message()
	forms := asks(t, message)
	if a := p.post(forms["sheet"], filled("refused"), "HX-Source", "input"); a.status != 422 || !strings.Contains(a.body, "Not that name.") {
		t.Errorf("answered %d %s", a.status, a.body)
	}
	delete(forms, "sheet")
	p.answerAll(forms, "")
	p.expect("innerMorph")
}

// What was typed and not sent yet is not lost when the connection has aged, or after an event that did
// not arrive. The item of a stream is not touched: the view does not have it any more.
func TestAPageThatIsNotRemountedIsAskedBeforeItIsPutRight(t *testing.T) {
	t.Run("aged", func(t *testing.T) {
		log := &sheet.Log{}
		s := sheetSite(t, handlers.Config{Timeouts: handlers.Timeouts{ConnectionAge: 50e6}}, log)
		p := s.browser(t).open("/sheet").connect("")
		if id, data := p.message(); data != "" {
			t.Fatalf("the connection brings %s %s", id, data)
		}
		p.connect("0")
		_, message := p.message()
		if forms := asks(t, message); len(forms) != 4 || strings.Contains(message, "innerMorph") {
			t.Errorf("the page gets %s", message)
		}
	})
	t.Run("an event was lost", func(t *testing.T) {
		log := &sheet.Log{}
		s := sheetSite(t, handlers.Config{}, log)
		p := s.browser(t).open("/sheet").connect("")
		p.post("event=ShowExtra", nil)
		id, _ := p.message()
		p.body.Close()
		waitFor(t, func() bool { return s.kit.Stats().Views.Parked == 1 })
		p.connect(id)
		p.post("left=", nil) // the first message of a connection has the page ask
		_, message := p.message()
		forms := asks(t, message)
		if len(forms) != 5 || forms["extra"] == "" || strings.Contains(message, "outerHTML") {
			t.Fatalf("the page gets %s", message)
		}
		p.answerAll(forms, "Ann")
		for _, message = p.message(); message != "" && !strings.Contains(message, "innerMorph"); {
			_, message = p.message() // a component's event is rendered before it runs
		}
		if !strings.Contains(message, `value="Ann"`) || !strings.Contains(message, "<b hidden>") {
			t.Errorf("the page gets %s", message)
		}
		p.post("left=", nil)
		if _, message = p.message(); strings.Contains(message, "recover=") || !strings.Contains(message, "outerHTML") {
			t.Errorf("the page is asked twice: %s", message)
		}
	})
}

// Answers to recoveries that do not wait for other events may arrive after that to a later event. They bring
// nothing that would then be older than what the page shows.
func TestAnswersThatMayArriveLateBringNothing(t *testing.T) {
	log := &sheet.Log{}
	s, p := restarted(t, log)
	p.connect("0")
	id, message := p.message()
	forms := asks(t, message)
	if n := strings.Count(message, `hx-sync="#sb-left:queue all"`); n != 10 {
		t.Fatalf("%d elements of %s do not wait for other events", n, message)
	}
	p.body.Close()
	waitFor(t, func() bool { return s.kit.Stats().Views.Parked == 1 })
	p.answerAll(forms, "Ann") // 204
	p.connect(id)
	p.expect(`value="Ann"`)
	if got := log.Lines("change"); len(got) != 1 {
		t.Errorf("the form's events: %q", got)
	}
}

func TestAQuestionInAnAnswerIsAnsweredInTurn(t *testing.T) {
	log := &sheet.Log{}
	_, p := restarted(t, log)
	a := p.post("event=ShowExtra", nil, "HX-Source", "button#show-extra")
	if own, main := strings.Count(a.body, `hx-sync="#sb-left:queue all"`), strings.Count(a.body, `hx-sync="main:queue all"`); own != 0 || main != 12 {
		t.Errorf("%d answers do not wait for other events, %d do: %s", own, main, a.body)
	}
}
