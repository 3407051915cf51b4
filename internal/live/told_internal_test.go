package live

import (
	"net/url"
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
