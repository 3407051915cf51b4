package forms_test

import (
	"strings"
	"testing"

	"github.com/sideband-go/sideband/internal/params"
	"github.com/sideband-go/sideband/internal/viewtest"
	"github.com/sideband-go/sideband/internal/viewtest/signup"
	"github.com/sideband-go/sideband/patch"
)

// A field shows what it has posted: a keystroke brings only what else has changed.
func TestAKeystrokeBringsWhatElseHasChanged(t *testing.T) {
	v := viewtest.New(t, viewtest.Define(signup.Page{Users: &signup.Users{}}))
	fields := benchPosted(t, v.FirstPage())
	v.Begin()
	press := func(name, text string) string {
		t.Helper()
		fields.Set(name, text)
		source := "signup-" + name
		c, err := v.Event("Change", "", params.Input{Fields: fields, Source: source})
		if err == nil {
			err = v.Run(t.Context(), c)
		}
		if err != nil {
			t.Fatal(err)
		}
		r, err := v.Render(&patch.Posted{Source: source, Fields: fields, Typing: true})
		if err != nil {
			t.Fatal(err)
		}
		return string(r.Ops)
	}
	press("name", "A")
	for _, text := range []string{"An", "Ann", "Anna", "Ann"} {
		if ops := press("name", text); ops != "" {
			t.Errorf("%q brings %d bytes: %s", text, len(ops), ops)
		}
	}
	wrong := press("name", "")
	if !strings.Contains(wrong, `aria-invalid="true"`) || strings.Contains(wrong, "value=") {
		t.Errorf("an error brings %s", wrong)
	}
	t.Logf("an error brings %d bytes: %s", len(wrong), wrong)
}
