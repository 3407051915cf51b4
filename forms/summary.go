package forms

import (
	"strconv"

	"github.com/a-h/templ"
)

// Summarized is a *Form.
type Summarized interface{ summarize() summary }

// summary is what [Summary] shows.
type summary struct {
	*form
	fields []Field
}

func (f *Form[T]) summarize() summary {
	s := summary{form: &f.form}
	if f.submitted {
		s.fields = f.Summary()
	}
	return s
}

// shown reports whether there is something to say.
func (s summary) shown() bool { return len(s.fields) > 0 || len(s.problems[""]) > 0 }

// elementID has the count of refused submits in it: the summary is a new element after each, which is what
// gets the focus, also if the same is wrong as before.
func (s summary) elementID() string { return s.id + "--summary-" + strconv.Itoa(s.refusals) }

func (s summary) titleID() string { return s.elementID() + "-title" }

func (s summary) attrs() templ.OrderedAttributes {
	return templ.OrderedAttributes{
		attr("id", s.elementID()), attr("class", "sb-summary"),
		attr("role", "group"), attr("aria-labelledby", s.titleID()),
		attr("tabindex", "-1"), attr("autofocus", s.refusedNow),
	}
}
