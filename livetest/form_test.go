package livetest_test

import (
	"errors"
	"fmt"
	"html"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/sideband-go/sideband/internal/faketest"
	"github.com/sideband-go/sideband/livetest"
)

// ordinary is a site of forms without a live page. What is posted, it shows; /sent answers a POST with
// itself, /save with a redirect.
func ordinary(content string) http.Handler {
	posts := 0
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseMultipartForm(1 << 16); err != nil && !errors.Is(err, http.ErrNotMultipart) {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		if r.Method == http.MethodPost {
			posts++
		}
		if r.URL.Path == "/save" {
			http.Redirect(w, r, "/saved?"+r.PostForm.Encode(), http.StatusSeeOther)
			return
		}
		kind, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";")
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprintf(w, `<!doctype html><title>Forms</title><main><p id="posts">%d</p><p id="posted">%s %s %s</p>%s</main>`,
			posts, r.Method, html.EscapeString(r.URL.RequestURI()+" "+r.PostForm.Encode()), kind, content)
	})
}

func openOrdinary(t testing.TB, content string) *livetest.Page {
	t.Helper()
	s := livetest.Serve(t, ordinary(content))
	s.Skip(livetest.DeadLinks)
	return s.Person().WithoutScripts().Open("/")
}

const named = `
<h2>Before</h2>
<form id="before"><input aria-label="in before"><button>Go</button></form>
<form id="headed"><h3>Headed</h3><input aria-label="in headed"><button>Go</button></form>
<form id="ruled"><fieldset><legend>Ruled</legend><input aria-label="in ruled"></fieldset></form>
<form id="labelled" aria-label="Labelled"><input aria-label="in labelled"><button>Before</button></form>
<form id="owner"><input aria-label="in owner"></form>
<button form="owner">Owned</button><input form="owner" aria-label="far away">
<form id="twin1" aria-label="Twin"></form><form id="twin2" aria-label="Twin"></form>`

// Case 150: TestFormsAreFoundByWhatPeopleCallThem looks for forms by each kind of name.
func TestFormsAreFoundByWhatPeopleCallThem(t *testing.T) {
	t.Parallel()
	page := openOrdinary(t, named)
	for name, id := range map[string]string{
		"Headed": "headed", "Ruled": "ruled", "Labelled": "labelled", "headed": "headed", "Owned": "owner",
		"Before": "labelled", // a button's text comes before a heading above
	} {
		expect(t, "the form "+name, page.Form(name).Attr("id"), id)
	}
	page.Form("Owned").Field("far away").Fill("x")
	page.Form("Owned").Find("button").Expect("Owned")
	for name, want := range map[string]string{
		"Twin":    "there are 2: form \"Twin\"",
		"Heading": "there is no form \"Heading\"\n\tthe forms here: \"Headed\"",
	} {
		said := faketest.Run(func(t testing.TB) { openOrdinary(t, named).Form(name).Submit() })
		if !strings.Contains(said, want) {
			t.Errorf("Form(%q) says %s", name, said)
		}
	}
	said := faketest.Run(func(t testing.TB) {
		openOrdinary(t, `<h2>Sign up</h2><form id="s"><fieldset><legend>Role</legend></fieldset><button>Save</button></form>`).Form("Sing up").Submit()
	})
	if want := "the forms here: \"Sign up\""; !strings.Contains(said, want) {
		t.Errorf("of a form with several names it says %s", said)
	}
}

const rows = `<form id="rows" method="post" action="/save"><h2>Addresses</h2>
<fieldset><legend>Address 1</legend><label>Street <input name="street"></label></fieldset>
<fieldset><legend>Address 2</legend><label>Street <input name="street"></label></fieldset>
<fieldset><legend>Role</legend><label><input type="radio" name="role" value="a">Admin</label><label><input type="radio" name="role" value="g">Guest</label></fieldset>
<label>Country <select name="country"><option value="DE">Germany<option value="IS">Iceland</select></label>
<label><input type="checkbox" name="news" checked>News</label>
<button name="then" value="close">Save and close</button><button name="then" value="go" formaction="/sent" formmethod="get">Save and go on</button>
</form>`

func TestAFormWithRowsIsFilledIn(t *testing.T) {
	t.Parallel()
	page := openOrdinary(t, rows)
	form := page.Form("Addresses")
	form.Group("Address 2").Field("Street").Fill("Second")
	form.Field("Street").Nth(0).Fill("First")
	form.Choose("Role", "Guest")
	form.Choose("Country", "Iceland")
	form.Uncheck("News")
	form.Submit()
	page.Expect("#posted", "GET /saved?country=IS&role=g&street=First&street=Second&then=close")
	form.Submit("Save and go on")
	page.Expect("#posted", "GET /sent?street=&street=&country=DE&news=on&then=go")
	said := faketest.Run(func(t testing.TB) {
		page := openOrdinary(t, rows)
		page.Form("Addresses").Field("Street").Nth(2).Fill("Third")
	})
	if want := "there are 2: field \"Street\" in form \"Addresses\""; !strings.Contains(said, want) {
		t.Errorf("a third row is not missed: %s", said)
	}
}

const wrong = `<form aria-label="Sign up">
<label>Email <input aria-invalid="true" aria-describedby="email-hint email-errors"></label><p id="email-hint">Never shared.</p><ul id="email-errors"><li>is taken</li></ul>
<label>Age <input aria-invalid="true" aria-errormessage="age" aria-describedby="email-hint"></label><b id="age">is too young</b>
<label>Name <input aria-invalid="false" aria-describedby="email-errors"></label>
<label>City <input aria-invalid="true" aria-describedby="city"></label><i id="city">is <u>unknown</u></i>
<label>Code <input aria-invalid="true"></label>
<fieldset><legend>Role</legend><label><input type="radio" name="r" aria-invalid="true" aria-describedby="role">Admin</label><label><input type="radio" name="r" aria-invalid="true" aria-describedby="role">Guest</label><p id="role">can't be blank</p></fieldset>
</form><form aria-label="Log in"><label>User <input aria-invalid="true" aria-describedby="user"></label><p id="user">is unknown</p></form>`

// Case 151: TestErrorsAreThoseOfFields reads errors as a screen reader does.
func TestErrorsAreThoseOfFields(t *testing.T) {
	t.Parallel()
	page := openOrdinary(t, wrong)
	form := page.Form("Sign up")
	want := []string{
		"Email: is taken", "Age: is too young", "City: is unknown", "Code: is invalid, and nothing says why", "Role: can't be blank",
	}
	if got := form.Errors(); !slices.Equal(got, want) {
		t.Errorf("the errors are %q", got)
	}
	form.ExpectErrors(want...)
	page.ExpectErrors(append(want, "User: is unknown")...)
	form.ExpectError("Name", "")
	form.ExpectError("Role", "can't be blank")
	page.ExpectError("User", "is unknown")
	said := faketest.Run(func(t testing.TB) {
		page := openOrdinary(t, wrong)
		page.Form("Sign up").ExpectError("Email", "")
		page.Form("Log in").ExpectErrors()
	})
	for _, want := range []string{"the error of field \"Email\" is\n\t\"is taken\"\nand not\n\t\"\"", "the errors are\n\t\"User: is unknown\"\nand not\n\tnone"} {
		if !strings.Contains(said, want) {
			t.Errorf("it says %s", said)
		}
	}
}

const strict = `<form aria-label="Strict" method="post" action="/save">
<label>Email <input type="email" name="email" required></label><label>Age <input type="number" name="age" min="18"></label>
<label>Code <input name="code" pattern="[a-z]+" minlength="3"></label>
<button>Save</button><button formnovalidate>Draft</button></form>`

func TestABrowserChecksAFormBeforeItSubmitsIt(t *testing.T) {
	t.Parallel()
	fill := func(page *livetest.Page, email, age, code string) livetest.Form {
		form := page.Form("Strict")
		form.Fill("Email", email)
		form.Fill("Age", age)
		form.Fill("Code", code)
		return form
	}
	for want, c := range map[string][3]string{
		`field "Email" is required and empty`:          {"", "20", "abc"},
		`field "Email" is no e-mail address`:           {"ann", "20", "abc"},
		`field "Age" is below 18`:                      {"ann@example.org", "17", "abc"},
		`field "Age" is between two steps`:             {"ann@example.org", "18.5", "abc"},
		`field "Code" is shorter than 3`:               {"ann@example.org", "18", "ab"},
		`field "Code" does not fit the pattern [a-z]+`: {"ann@example.org", "18", "ABC"},
	} {
		said := faketest.Run(func(t testing.TB) { fill(openOrdinary(t, strict), c[0], c[1], c[2]).Submit("Save") })
		if !strings.Contains(said, "the browser does not submit it: "+want) {
			t.Errorf("%q: it says %s", c, said)
		}
		page := openOrdinary(t, strict)
		fill(page, c[0], c[1], c[2]).Submit("Draft")
		page.Expect("#posts", "1")
	}
	page := openOrdinary(t, strict)
	fill(page, "ann@example.org", "18", "abc").Submit()
	page.Expect("#posts", "1")
}

// Case 152: TestAPersonWithoutScripts works a site with JavaScript switched off.
func TestAPersonWithoutScripts(t *testing.T) {
	t.Parallel()
	page := openOrdinary(t, `<noscript><p>This page is not live.</p></noscript>
<form method="post" action="/sent" enctype="multipart/form-data" aria-label="Sent"><textarea name="text" aria-label="Text"></textarea><noscript><input type="hidden" name="ticket" value="t"></noscript><button>Send</button></form>
<form method="post" action="/save" aria-label="Saved"><button name="save" value="1" hx-post="/never">Save</button></form>
<button hx-post="/never">Never</button>`)
	expect(t, "live", page.Live(), false)
	page.Find("noscript p").Expect("This page is not live.")
	expect(t, "what noscript holds is shown", page.Button("Never").Exists(), true)

	page.Button("Save").Click()
	page.Expect("#posted", "GET /saved?save=1")
	page.Reload()
	page.Expect("#posts", "1") // it was a redirect, so nothing is posted again

	form := page.Form("Sent")
	form.Fill("Text", "two\nlines")
	form.Submit()
	page.Expect("#posted", "POST /sent text=two%0D%0Alines&ticket=t multipart/form-data")
	page.Reload()
	page.Expect("#posts", "3") // which posts it again
	page.Link("none").ExpectNone()
	said := faketest.Run(func(t testing.TB) {
		openOrdinary(t, `<button hx-post="/never">Never</button>`).Button("Never").Click()
	})
	if !strings.Contains(said, "nothing listens to a click on it") {
		t.Errorf("a click that needs a script says %s", said)
	}
	scripted := page.Site().Open("/")
	scripted.Find("noscript p").ExpectNone()
}
