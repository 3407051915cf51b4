package forms_test

import (
	"context"
	"fmt"
	"io"
	"net/url"
	"strings"
	"testing"

	"github.com/a-h/templ"

	"github.com/sideband-go/sideband/forms"
	"github.com/sideband-go/sideband/views"
)

// Crowd has rows of four fields.
type Crowd struct {
	Members []Member `form:"members" validate:"dive"`
}

// Member is one row.
type Member struct {
	A    string `form:"a"`
	B    string `form:"b"`
	C    bool   `form:"c"`
	Home struct {
		D string `form:"d"`
	} `form:"home"`
}

var crowds = forms.New[Crowd]("crowd")

// crowd is a page with many rows.
type crowd struct{ rows int }

func (c crowd) Mount(s *views.Socket, _ views.NoParams) error {
	crowds.Set(s, Crowd{Members: make([]Member, c.rows)})
	return nil
}
func (crowd) Change(*views.Socket, *forms.Form[Crowd]) error     { return nil }
func (crowd) Save(*views.Socket, *forms.Submission[Crowd]) error { return nil }
func (crowd) Render() templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		f := crowds.Get(ctx)
		in := []templ.Component{forms.Errors(f.Field(&f.Data.Members)), templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
			_, err := fmt.Fprintf(w, "<p>%d members</p>", len(f.Data.Members))
			return err
		})}
		return forms.For(crowds, crowd.Save, crowd.Change).Render(templ.WithChildren(ctx, templ.Join(in...)), w)
	})
}

// No row is added whose fields could not be posted together with the others'.
func TestRowsStayFewEnoughToBePosted(t *testing.T) {
	for rows, want := range map[int]string{246: "247 members", 247: "takes 247 rows at most", 500: "takes 500 rows at most"} {
		p := openRaw(t, serve(crowd{rows}))
		if w := p.post("Change", "button#add", url.Values{"sb-form": {p.number()}, "sb-row": {"add members"}}); !strings.Contains(w.Body.String(), want) {
			t.Errorf("one more than %d: %d %s", rows, w.Code, w.Body)
		}
	}
}
