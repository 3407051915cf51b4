package live

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/sideband-go/sideband/internal/render"
	"github.com/sideband-go/sideband/patch"
)

func TestWhatPagesTellOfFormsIsBounded(t *testing.T) {
	post := func(source string, size int) patch.Posted {
		return patch.Posted{Source: source, Fields: url.Values{"a": {strings.Repeat("x", size)}}}
	}
	var r recovery
	tell := func(p patch.Posted) []patch.Posted {
		r.told = append(r.told, p)
		r.forget()
		return r.told
	}
	var told []patch.Posted
	for n := range 2 * render.MaxForms {
		told = tell(post(strconv.Itoa(n), 10))
	}
	if n := len(told); n != render.MaxForms || told[n-1].Source != strconv.Itoa(2*n-1) {
		t.Errorf("%d posts are remembered, the last of %s", n, told[n-1].Source)
	}
	told = tell(post("large", maxTold-1))
	if len(told) != 1 || told[0].Source != "large" {
		t.Errorf("beside one that fills the room %d posts are remembered", len(told)-1)
	}
	if told = tell(post("too large", maxTold)); len(told) != 0 {
		t.Errorf("after one that is too large %d posts are remembered", len(told))
	}
}

// An answer that there is news of does not run, but still tells what the page shows, until that gets the view.
func TestAnAnswerThatDoesNotRunTellsOfItsForm(t *testing.T) {
	for _, begun := range []bool{true, false} {
		const form = " order" // of the page
		news := patch.Posted{Source: "order-name"}
		r := recovery{
			begun: begun, key: "K", posted: []string{form}, postedLate: []string{form}, told: []patch.Posted{news},
			forms: []*lostForm{{Form: render.Form{ID: "order"}, event: "Change"}},
		}
		answer := answer{key: "K.0", event: "Change", form: form, fields: url.Values{"name": {"Ann"}}}
		if f, run := r.admits(&answer); f != nil || run {
			t.Errorf("begun %v: it runs", begun)
		}
		var sources []string
		for _, p := range r.told {
			sources = append(sources, p.Source+p.Fields.Get("name"))
		}
		want := []string{"order-name"}
		if begun {
			want = []string{"orderAnn", "order-name"}
		}
		if !slices.Equal(sources, want) {
			t.Errorf("begun %v: told %q, not %q", begun, sources, want)
		}
		if r.lacks() {
			t.Errorf("begun %v: the form is still waited for", begun)
		}
	}
}
