package htmxdom_test

import (
	"slices"
	"testing"

	"github.com/sideband-go/sideband/internal/htmxdom"
	"github.com/sideband-go/sideband/internal/htmxdom/chromium"
)

// row is a case with its expected result. Empty fields are not compared.
type row struct {
	name    string
	body    string
	setup   []htmxdom.Gesture
	message string
	want    string // BodyHTML without the body tags
	kept    []string
	focus   string
	values  map[string]string
	title   string
	throws  bool
}

func (r row) page() string { return "<!doctype html><title>Page</title><body>" + r.body + "</body>" }

func (r row) testCase() chromium.Case {
	return chromium.Case{Page: r.page(), Setup: r.setup, Messages: []string{r.message}}
}

func TestOperations(t *testing.T) {
	for _, r := range table {
		t.Run(r.name, func(t *testing.T) {
			got, err := chromium.Model(r.testCase())
			if err != nil {
				t.Fatal(err)
			}
			if threw := got.Errors[0] != ""; threw != r.throws {
				t.Errorf("threw %q", got.Errors[0])
			}
			want := "<body>" + r.want
			if r.want != "" && got.HTML != want && got.HTML != want+"</body>" {
				t.Errorf("the page is\n%s\nwant\n%s", got.HTML, want)
			}
			if r.kept != nil && !slices.Equal(got.Kept, r.kept) {
				t.Errorf("kept nodes %q, want %q", got.Kept, r.kept)
			}
			if r.focus == "-" {
				r.focus = ""
			} else if r.focus == "" {
				r.focus = got.Focus
			}
			if got.Focus != r.focus {
				t.Errorf("the focus is on %q, want %q", got.Focus, r.focus)
			}
			for id, v := range r.values {
				if got.Values[id] != v {
					t.Errorf("#%s shows %q, want %q", id, got.Values[id], v)
				}
			}
			if r.title != "" && got.Title != r.title {
				t.Errorf("the title is %q, want %q", got.Title, r.title)
			}
		})
	}
}

// The real htmx does what the table says.
func TestOperationsInChromium(t *testing.T) {
	var cases []chromium.Case
	for _, r := range table {
		cases = append(cases, r.testCase())
	}
	for i, got := range chromium.Run(t, cases) {
		want, err := chromium.Model(cases[i])
		if err != nil {
			t.Fatal(err)
		}
		if diff := want.Diff(got); diff != "" {
			t.Errorf("%s: model and Chromium differ in %s", table[i].name, diff)
		}
	}
}
