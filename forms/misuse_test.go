package forms_test

import (
	"context"
	"io"
	"regexp"
	"testing"

	"github.com/a-h/templ"

	"github.com/sideband-go/sideband/forms"
	"github.com/sideband-go/sideband/internal/faketest"
	"github.com/sideband-go/sideband/livetest"
	"github.com/sideband-go/sideband/views"
)

// Misused is the data of a form that templates use wrongly.
type Misused struct {
	Name string `form:"name"`
}

var misused = forms.New[Misused]("misused")

// misuser is a page whose method no browser can call.
type misuser struct{}

func (misuser) Mount(*views.Socket, views.NoParams) error                { return nil }
func (misuser) Render() templ.Component                                  { return templ.NopComponent }
func (misuser) save(*views.Socket, *forms.Submission[Misused]) (_ error) { return }

// What a package of the kit panics about is found in the program that has called it.
func TestAPanicOfTheKitIsPlacedAtItsCaller(t *testing.T) {
	t.Parallel()
	for want, c := range map[string]templ.Component{
		`forms: fields are named by address, .* at forms/form\.go:\d+, called at forms/misuse_test\.go:\d+\n`: templ.ComponentFunc(func(ctx context.Context, _ io.Writer) error {
			misused.Get(ctx).Field("name")
			return nil
		}),
		`the browser can send to exported methods .* at views/define\.go:\d+, called at forms/misuse_test\.go:\d+\n`: templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
			return forms.For(misused, misuser.save, nil).Render(ctx, w)
		}),
	} {
		said := faketest.Run(func(t testing.TB) { livetest.Component(t, misuser{}, c) })
		if !regexp.MustCompile(want).MatchString(said) {
			t.Errorf("it says\n%s\nand not %s", said, want)
		}
	}
}
