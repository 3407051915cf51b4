package handlers_test

import (
	"context"
	"fmt"
	"io"
	"net/url"
	"testing"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

type huntQuery struct {
	Text string `query:"q"`
}

var (
	huntKey  = state.NewKey[string]("hunt")
	huntsKey = state.NewKey[int]("hunts")
)

// hunt is a page with a search in its address, which counts what it was asked to look for.
type hunt struct{}

func (hunt) Mount(s *views.Socket, _ huntQuery) error {
	huntsKey.Set(s, 0)
	return nil
}

func (hunt) HandleParams(s *views.Socket, q huntQuery) error {
	huntKey.Set(s, q.Text)
	return nil
}

func (hunt) Look(s *views.Socket, text string) error {
	huntsKey.Update(s, func(n int) int { return n + 1 })
	return s.Patch(views.URL(s, huntQuery{text}))
}

func (hunt) Render() templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		text := templ.EscapeString(huntKey.Get(ctx))
		_, err := fmt.Fprintf(w, `<h1 id="found">%s, %d</h1><input id="text" name="text" value="%s" hx-post="?event=Look&amp;typing">`, text, huntsKey.Get(ctx), text)
		return err
	})
}

func openHunt(t *testing.T) (p *tab, typed func(text, at string) answer, back func(to string)) {
	t.Helper()
	s := newSite(t, handlers.Config{Logger: quietLogger}, func(k *handlers.Kit, r chi.Router) { r.Handle("/hunt", handlers.View(k, hunt{})) })
	p = s.browser(t).open("/hunt").connect("0")
	typed = func(text, at string) answer {
		return p.post("event=Look&typing", url.Values{"text": {text}}, "HX-Source", "input#text", "HX-Current-URL", s.URL+at)
	}
	back = func(to string) {
		t.Helper()
		p.visit(to, "HX-Request", "", "HX-History-Restore-Request", "true", "HX-Current-URL", s.URL+to).is(t, "back to "+to, 204, "HX-Push-Url", "", "HX-Replace-Url", "")
	}
	return p, typed, back
}

// Case 501. What a field sends as a step back takes the focus from it, and what was typed before the step and comes
// later, do not lead away from where the step has led. What is typed afterwards does.
func TestWhatIsSentOfAFieldThatAStepHasLeft(t *testing.T) {
	p, typed, back := openHunt(t)
	typed("lamp", "/hunt").is(t, "a search", 204, "HX-Push-Url", "/hunt?q=lamp")
	p.await("lamp, 1")
	back("/hunt")
	p.await(", 1")
	typed("lamp", "/hunt").is(t, "the field loses the focus", 204, "HX-Push-Url", "")
	p.await(`id="text"`) // the field says what the address says
	typed("lamp", "/hunt").is(t, "the same is typed again", 204, "HX-Push-Url", "/hunt?q=lamp")
	p.await("lamp, 2")
	back("/hunt")
	p.await(", 2")
	typed("lamps", "/hunt?q=lamp").is(t, "what was typed before the step comes after it", 204, "HX-Push-Url", "")
	p.await(", 3")
	typed("lamps", "/hunt").is(t, "and once more", 204, "HX-Push-Url", "/hunt?q=lamps")
	p.await("lamps, 4")
	p.visit("/hunt", "HX-Source", "div#sb-retry", "HX-Current-URL", p.site.URL+"/hunt").is(t, "a step that is asked for again", 204)
	p.await(", 4")
	typed("lamps", "/hunt").is(t, "the same is typed again", 204, "HX-Push-Url", "/hunt?q=lamps")
	p.await("lamps, 5")
	p.visit("/hunt", "HX-Source", "div#sb-retry", "HX-Current-URL", p.site.URL+"/hunt").is(t, "one more", 204)
	p.await(", 5")
	typed("lamps", "/hunt").is(t, "the field loses the focus", 204, "HX-Push-Url", "")
}

// Case 548. After a field has lost the focus before a step, what it sends next is the user's.
func TestTheSameTypedAgainAfterAStep(t *testing.T) {
	p, typed, back := openHunt(t)
	typed("lamp", "/hunt").is(t, "a search", 204, "HX-Push-Url", "/hunt?q=lamp")
	p.await("lamp, 1")
	typed("lamp", "/hunt?q=lamp").is(t, "the field loses the focus", 204, "HX-Push-Url", "")
	p.await("lamp, 2")
	back("/hunt")
	p.await(", 2")
	typed("lamp", "/hunt").is(t, "the same is typed again", 204, "HX-Push-Url", "/hunt?q=lamp")
	p.await("lamp, 3")
}

// Case 502. An address that is asked for again before the first answer has come is one entry of the history.
func TestALinkThatIsClickedTwiceIsOneEntry(t *testing.T) {
	p, _, back := openHunt(t)
	at := func(path string) []string { return []string{"HX-Current-URL", p.site.URL + path} }
	p.visit("/hunt?q=a", at("/hunt")...).is(t, "a click", 204, "HX-Push-Url", "", "HX-Replace-Url", "")
	p.visit("/hunt?q=a", at("/hunt")...).is(t, "the second one", 204, "HX-Replace-Url", "/hunt?q=a")
	p.visit("/hunt?q=a", at("/hunt?q=a")...).is(t, "a click where it is", 204, "HX-Push-Url", "false", "HX-Replace-Url", "")
	p.visit("/hunt?q=b", at("/hunt?q=a")...).is(t, "another one", 204, "HX-Push-Url", "", "HX-Replace-Url", "")
	back("/hunt?q=a")
	p.visit("/hunt?q=b", at("/hunt?q=a")...).is(t, "after Back", 204, "HX-Push-Url", "", "HX-Replace-Url", "")
}
