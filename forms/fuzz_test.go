package forms_test

import (
	"errors"
	"net/url"
	"strings"
	"testing"

	"github.com/sideband-go/sideband/internal/fault"
	"github.com/sideband-go/sideband/internal/htmxdom"
	"github.com/sideband-go/sideband/internal/params"
	"github.com/sideband-go/sideband/internal/viewtest"
	"github.com/sideband-go/sideband/internal/viewtest/signup"
	"github.com/sideband-go/sideband/patch"
)

// FuzzEvents sends a page's form what a browser never would. The view goes on, and can be rendered.
func FuzzEvents(f *testing.F) {
	f.Add("name=Ann&sb-row=add+addresses", "sb-rows=addresses=0,1&addresses[1].street=x&sb-row=move+addresses+1+0", "signup-addresses-1-street", true)
	f.Add("sb-row=remove+addresses+0", "sb-row=remove+addresses+0&addresses[0].city=x", "signup-name", true)
	f.Add("age=12x&topics=a&topics=b&topics=c", "age=&country=FR", "signup-topics--1", false)
	f.Add("sb-form=signup.other", "sb-form=signup.&sb-rows=addresses=999999999", "signup-", false)
	f.Add("addresses[0=1", "addresses.0.street=1&role[]=x", "signup-addresses-99-city", true)
	f.Fuzz(func(t *testing.T, first, second, source string, submit bool) {
		users := &signup.Users{}
		v := viewtest.New(t, viewtest.Define(signup.Page{Users: users}))
		page := v.FirstPage()
		number := numberIn.FindStringSubmatch(page)[1]
		for i, body := range []string{first, second} {
			fields, err := url.ParseQuery(body)
			if err != nil {
				return
			}
			if !fields.Has("sb-form") {
				fields.Set("sb-form", number)
			}
			event, in := "Change", params.Input{Fields: fields, Source: source}
			if submit == (i == 1) {
				event = "Save"
			}
			v.Begin()
			c, err := v.Event(event, "", in)
			if err == nil {
				err = v.Run(t.Context(), c)
			}
			if code, _ := fault.StatusOf(err); err != nil && code >= 500 && !errors.Is(err, fault.ErrParams) {
				t.Fatalf("%s with %q: %v", event, body, err)
			}
			if _, err := v.Render(&patch.Posted{Source: source, Fields: fields, Form: event == "Save"}); err != nil {
				t.Fatalf("%s with %q: the patch: %v", event, body, err)
			}
			page = v.Page()
			if strings.Count(page, "--field") > 4*600 {
				t.Errorf("%d fields", strings.Count(page, "--field"))
			}
			if _, err := htmxdom.Parse(page); err != nil {
				t.Errorf("%s with %q: the page: %v", event, body, err)
			}
			number = numberIn.FindStringSubmatch(page)[1]
		}
		for _, s := range users.Saved() {
			if s.IsAdmin || s.ID != 7 {
				t.Errorf("a field without a tag was set: %+v", s)
			}
		}
	})
}
