package forms_test

import (
	"context"
	"flag"
	"html"
	"io"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/a-h/templ"

	"github.com/sideband-go/sideband/forms"
	"github.com/sideband-go/sideband/internal/params"
	"github.com/sideband-go/sideband/internal/viewtest"
	"github.com/sideband-go/sideband/views"
)

var update = flag.Bool("update", false, "write the golden files")

// Sheet has a field of each kind.
type Sheet struct {
	Name    string   `form:"name" validate:"required,max=40"`
	Email   string   `form:"email" validate:"required,email"`
	Secret  string   `form:"secret" validate:"required,min=12"`
	Age     int      `form:"age" validate:"gte=18"`
	Height  float64  `form:"height"`
	Born    string   `form:"born"`
	Paint   string   `form:"paint"`
	Photo   string   `form:"photo"`
	Token   string   `form:"token"`
	About   string   `form:"about" validate:"max=400"`
	Country string   `form:"country" validate:"required"`
	Days    []string `form:"days"`
	News    bool     `form:"news"`
	Role    string   `form:"role" validate:"required"`
	Tags    []string `form:"tags"`
	Homes   []Home   `form:"homes" validate:"dive"`
}

// Home is a row.
type Home struct {
	Street string `form:"street" validate:"required"`
}

var sheets = forms.New[Sheet]("sheet")

// filled is a sheet with something in each field.
func filled() Sheet {
	return Sheet{
		Name: `Ann "<&>`, Email: "ann@example.org", Secret: "correct horse battery", Age: 41, Height: 1.75, Born: "1985-01-31", Paint: "#336699",
		Photo: "me.png", Token: "t1", About: "\nlines", Country: "DE", Days: []string{"mo", "we"}, News: true, Role: "admin", Tags: []string{"b"},
		Homes: []Home{{"High Street 1"}},
	}
}

// sheet is a page of one component.
type sheet struct {
	content func(*forms.Form[Sheet]) templ.Component
}

func (sheet) Mount(s *views.Socket, _ views.NoParams) error {
	sheets.Set(s, filled())
	return nil
}

func (p sheet) Render() templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error { return p.content(sheets.Get(ctx)).Render(ctx, w) })
}

var countries = []forms.Option{
	{Value: "", Label: "Choose"},
	{Label: "Europe", Options: []forms.Option{{Value: "DE", Label: "Germany"}, {Value: "FR", Label: "France & more", Disabled: true}}},
	{Value: "US", Label: "United States"},
}

var days = []forms.Option{{Value: "mo", Label: "Monday"}, {Value: "tu", Label: "Tuesday"}, {Value: "we", Label: "Wednesday"}}

// fieldsIn reads the fields of a page.
func fieldsIn(page string) url.Values {
	fields := url.Values{}
	for _, m := range inputs.FindAllStringSubmatch(page, -1) {
		fields.Add(m[1], html.UnescapeString(m[2]))
	}
	return fields
}

var inputs = regexp.MustCompile(`<input [^>]*name="([^"]*)" value="([^"]*)"`)

// components are what the golden files show.
var components = map[string]func(f *forms.Form[Sheet]) templ.Component{
	"text":       func(f *forms.Form[Sheet]) templ.Component { return forms.Text(f.Field(&f.Data.Name), "Name") },
	"text-email": func(f *forms.Form[Sheet]) templ.Component { return forms.Text(f.Field(&f.Data.Email), "") },
	"text-more": func(f *forms.Form[Sheet]) templ.Component {
		return forms.Text(f.Field(&f.Data.Name), "Name", templ.Attributes{"autocomplete": "off", "class": "wide", "placeholder": "Ann"}, templ.OrderedAttributes{templ.KV[string, any]("class", "blue")})
	},
	"text-row":     func(f *forms.Form[Sheet]) templ.Component { return forms.Text(f.Field(&f.Data.Homes[0].Street), "") },
	"number":       func(f *forms.Form[Sheet]) templ.Component { return forms.Number(f.Field(&f.Data.Age), "Age") },
	"number-float": func(f *forms.Form[Sheet]) templ.Component { return forms.Number(f.Field(&f.Data.Height), "Height") },
	"password":     func(f *forms.Form[Sheet]) templ.Component { return forms.Password(f.Field(&f.Data.Secret), "Password") },
	"date":         func(f *forms.Form[Sheet]) templ.Component { return forms.Date(f.Field(&f.Data.Born), "Born") },
	"color":        func(f *forms.Form[Sheet]) templ.Component { return forms.Color(f.Field(&f.Data.Paint), "Colour") },
	"file":         func(f *forms.Form[Sheet]) templ.Component { return forms.File(f.Field(&f.Data.Photo), "Photo") },
	"hidden":       func(f *forms.Form[Sheet]) templ.Component { return forms.Hidden(f.Field(&f.Data.Token)) },
	"textarea": func(f *forms.Form[Sheet]) templ.Component {
		return forms.Textarea(f.Field(&f.Data.About), "About you", templ.Attributes{"rows": "4"})
	},
	"select": func(f *forms.Form[Sheet]) templ.Component {
		return forms.Select(f.Field(&f.Data.Country), "Country", countries)
	},
	"select-many": func(f *forms.Form[Sheet]) templ.Component { return forms.Select(f.Field(&f.Data.Days), "Days", days) },
	"checkbox":    func(f *forms.Form[Sheet]) templ.Component { return forms.Checkbox(f.Field(&f.Data.News), "Newsletter") },
	"radio": func(f *forms.Form[Sheet]) templ.Component {
		return forms.Radio(f.Field(&f.Data.Role), "Role", []forms.Option{{Value: "user", Label: "User"}, {Value: "admin", Label: "Administrator"}, {Value: "root", Label: "Root", Disabled: true}})
	},
	"boxes": func(f *forms.Form[Sheet]) templ.Component {
		return forms.Boxes(f.Field(&f.Data.Tags), "Tags", []forms.Option{{Value: "a", Label: "A"}, {Value: "b", Label: "B"}})
	},
	"submit": func(*forms.Form[Sheet]) templ.Component { return forms.Submit("Save", "Saving…") },
	"submit-plain": func(*forms.Form[Sheet]) templ.Component {
		return forms.Submit("Save", "", templ.Attributes{"class": "big"})
	},
	"summary": func(f *forms.Form[Sheet]) templ.Component { return forms.Summary(f, "Please correct this:") },
}

// form is a page with a form around the component, which takes any submit.
type form struct{ sheet }

func (p form) Render() templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		ctx = templ.WithChildren(ctx, p.content(sheets.Get(ctx)))
		return forms.For(sheets, form.Save, form.Change, templ.Attributes{"class": "wide"}).Render(ctx, w)
	})
}

func (form) Change(*views.Socket, *forms.Form[Sheet]) error { return nil }

func (form) Save(_ *views.Socket, f *forms.Submission[Sheet]) error {
	f.AddFormError("Nobody can sign up now.")
	return nil
}

// send runs an event of a page whose form holds the fields.
func send(t testing.TB, v *viewtest.View, event, source string, fields url.Values) {
	t.Helper()
	c, err := v.Event(event, "", params.Input{Query: url.Values{}, Fields: fields, Source: source})
	if err != nil {
		t.Fatal(err)
	}
	v.Succeed(c)
}

// Case 130.
func TestFormsAreMarkedUpAsTheGoldenFilesSay(t *testing.T) {
	for _, it := range []struct {
		name, component string
		fields          string // that are posted
	}{
		{name: "form", component: "text"},
		{name: "invalid-text", component: "text", fields: "name="},
		{name: "invalid-number", component: "number", fields: "age=12x"},
		{name: "invalid-password", component: "password", fields: "secret=short"},
		{name: "invalid-select", component: "select", fields: "country="},
		{name: "invalid-radio", component: "radio", fields: "role="},
		{name: "invalid-summary", component: "summary", fields: "name=&age=12x&homes[0].street="},
		{name: "refused", component: "summary", fields: "name=Ann&email=ann@example.org&secret=a+long+password&age=41&country=DE&role=user&homes[0].street=x"},
	} {
		t.Run(it.name, func(t *testing.T) {
			v := viewtest.New(t, viewtest.Define(form{sheet{components[it.component]}}))
			fields := fieldsIn(v.Page())
			if it.fields != "" {
				posted, err := url.ParseQuery(it.fields)
				if err != nil {
					t.Fatal(err)
				}
				maps.Copy(fields, posted)
				send(t, v, "Save", "sheet", fields)
			}
			golden(t, it.name, random.ReplaceAllString(v.Page(), `${1}RANDOM"`))
		})
	}
}

var random = regexp.MustCompile(`("sb-form" value="sheet\.|"sb-ticket" value=")[\w-]{20,}"`)

func TestAttributesThatTheFormNeedsAreItsOwn(t *testing.T) {
	for _, name := range []string{"id", "name", "hx-post", "hx-trigger"} {
		t.Run(name, func(t *testing.T) {
			def := viewtest.Define(form{sheet{func(f *forms.Form[Sheet]) templ.Component {
				return forms.Text(f.Field(&f.Data.Name), "Name", templ.Attributes{name: "x"})
			}}})
			v := viewtest.New(t, def)
			if _, _, err := v.Tree.Page(); err == nil || !strings.Contains(err.Error(), "forms: ") {
				t.Errorf("a control with %s of the author's: %v", name, err)
			}
		})
	}
}

// Case 133.
func TestAPasswordIsNeverPartOfAPage(t *testing.T) {
	v := viewtest.New(t, viewtest.Define(form{sheet{components["password"]}}))
	fields := fieldsIn(v.Page())
	fields.Set("secret", "hunter2")
	for _, event := range []string{"Change", "Save"} {
		send(t, v, event, "sheet-secret", fields)
		if all := v.Patch() + v.Page(); strings.Contains(all, "hunter2") || strings.Contains(all, "correct horse") {
			t.Errorf("after %s the page has the password: %s", event, all)
		}
	}
}

func TestComponentsAreMarkedUpAsTheGoldenFilesSay(t *testing.T) {
	for name, content := range components {
		t.Run(name, func(t *testing.T) {
			v := viewtest.New(t, viewtest.Define(sheet{content}))
			golden(t, name, v.Page())
		})
	}
}

// golden compares a piece of HTML with its file, an element a line.
func golden(t *testing.T, name, got string) {
	t.Helper()
	got = strings.ReplaceAll(got, "><", ">\n<") + "\n"
	path := filepath.Join("testdata", "markup", name+".html")
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s: got\n%s\nwant\n%s", name, got, want)
	}
}
