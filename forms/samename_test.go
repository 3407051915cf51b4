package forms_test

import (
	"strings"
	"testing"

	"github.com/a-h/templ"

	"github.com/sideband-go/sideband/forms"
	"github.com/sideband-go/sideband/internal/faketest"
	"github.com/sideband-go/sideband/internal/viewtest"
	"github.com/sideband-go/sideband/views"
)

// Two types of forms of one name.
type (
	Left struct {
		A string `form:"a"`
	}
	Right struct {
		A string `form:"a"`
	}
)

var (
	left  = forms.New[Left]("twin")
	right = forms.New[Right]("twin")
	other = forms.New[Right]("other")
)

// twins is a page that sets both, if it is told to.
type twins struct{ both bool }

func (p twins) Mount(s *views.Socket, _ views.NoParams) error {
	left.Set(s, Left{"1"})
	left.Set(s, Left{"2"})
	other.Set(s, Right{"3"})
	if p.both {
		right.Set(s, Right{"4"})
	}
	return nil
}

func (twins) Render() templ.Component { return templ.NopComponent }

func TestAPageMustNotSetTwoFormsOfOneName(t *testing.T) {
	viewtest.New(t, viewtest.Define(twins{})).Page()
	said := faketest.Run(func(t testing.TB) { viewtest.New(t, viewtest.Define(twins{both: true})) })
	if !strings.Contains(said, `the page has set a form "twin" of forms_test.Left, and sets one of forms_test.Right`) {
		t.Errorf("it says %s", said)
	}
}

func TestAKeyIsMadeOnce(t *testing.T) {
	defer func() {
		if text, _ := recover().(string); !strings.Contains(text, `there is a form "twin" of forms_test.Left already`) {
			t.Errorf("it panics with %q", text)
		}
	}()
	forms.New[Left]("twin")
}
