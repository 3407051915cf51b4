package forms_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/sideband-go/sideband/internal/viewtest/signup"
	"github.com/sideband-go/sideband/livetest"
)

// pressedTwice is what a page posts for a button of rows; it is sent twice, as a browser or a proxy may.
func pressedTwice(t *testing.T, page *livetest.Page, value string) {
	t.Helper()
	v := filledIn(page)
	v.Set("sb-rows", page.Find("input[name=sb-rows]").Attr("value"))
	for _, name := range []string{"addresses[0].street", "addresses[0].city"} {
		v.Del(name)
	}
	v.Set("sb-row", value)
	for range 2 {
		if status, text := page.Forge("?event=Change", v); status != 204 {
			t.Errorf("%s: %d %s", value, status, text)
		}
	}
}

func TestAButtonOfRowsThatIsSentTwiceActsOnce(t *testing.T) {
	page, _ := open(t)
	page.Find("#signup-addresses-0-street").Fill("Road 1")
	page.Button("Add address").Click()
	page.Find("#signup-addresses-1-street").Fill("Road 2")
	for _, press := range []struct{ value, want string }{
		{"add addresses", "Road 1,Road 2,"},
		{"move addresses 1 0", "Road 2,Road 1,"},
		{"move addresses 1 2", "Road 1,,Road 2"},
		{"move addresses 1 2", "Road 1,Road 2,"},
		{"remove addresses 2", "Road 1,Road 2"},
		{"add addresses", "Road 1,Road 2,"},
	} {
		pressedTwice(t, page, press.value)
		if got := rowsOf(page); got != press.want {
			t.Fatalf("after %s twice the rows are %q, want %q", press.value, got, press.want)
		}
	}
	page.ExpectNone("#signup-addresses-2-street") // the key of the row that was removed
	if at := page.Focused(); !strings.Contains(at, "signup-addresses-3-street") {
		t.Errorf("the new row does not have the focus, but %s", at)
	}
}

// Nothing says which rows a page shows that has none of the form's hidden fields.
func TestARowIsAddedWherePagesSayNothingOfRows(t *testing.T) {
	page, _ := open(t)
	v := url.Values{"sb-form": filledIn(page)["sb-form"], "sb-row": {"add addresses"}}
	for range 2 {
		page.Forge("?event=Change", v)
	}
	if got := rowsOf(page); got != ",," {
		t.Errorf("the rows are %q", got)
	}
}

func TestAButtonOfRowsThatIsSentTwiceActsOnceWithoutScripts(t *testing.T) {
	person := livetest.Serve(t, site(&signup.Users{})).Person()
	person.WithoutScripts()
	page := person.Open("/")
	v := filledIn(page)
	v.Set("sb-ticket", page.Find("form input[name=sb-ticket]").Attr("value"))
	v.Set("sb-row", "add addresses")
	address := ""
	for range 2 {
		res, err := person.Client().PostForm(person.Address("/?event=Save"), v)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		address = res.Request.URL.RequestURI()
	}
	if got := rowsOf(person.Open(address)); got != "Road," {
		t.Errorf("the rows are %q", got)
	}
}
