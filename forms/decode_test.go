package forms_test

import (
	"errors"
	"fmt"
	"net/url"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"github.com/sideband-go/sideband/forms"
)

type phone struct {
	Number string `form:"number" validate:"required"`
	Mobile bool   `form:"mobile"`
}

type place struct {
	ID     int     `form:"-"`
	Street string  `form:"street" validate:"required"`
	Phones []phone `form:"phones" validate:"max=2,dive"`
}

type even int

func (e *even) UnmarshalText(b []byte) error {
	switch string(b) {
	case "2":
		*e = 2
		return nil
	case "panic":
		panic("UnmarshalText")
	}
	return errors.New("odd")
}

func (e even) MarshalText() ([]byte, error) { return fmt.Append(nil, int(e)), nil }

type goods struct {
	Name    string   `form:"name" validate:"required,max=10"`
	Count   int      `form:"count"`
	Small   int8     `form:"small"`
	Price   float64  `form:"price"`
	Agree   bool     `form:"agree"`
	Tags    []string `form:"tags" validate:"max=2,dive,max=5"`
	Numbers []int    `form:"numbers"`
	Even    even     `form:"even"`
	Home    place    `form:"home"`
	Places  []place  `form:"places" validate:"dive"`
	IsAdmin bool     `form:"-"`
	secret  string
}

var goodsForm = forms.New[goods]("order")

func decode(t testing.TB, fields url.Values) *forms.Form[goods] {
	t.Helper()
	f, err := goodsForm.Decode(t.Context(), fields)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestDecode(t *testing.T) {
	f := decode(t, url.Values{
		"name": {"Ann"}, "count": {"-3"}, "price": {"1e3"}, "agree": {"on"}, "tags": {"a", "", "b"}, "numbers": {"1", "2"}, "even": {"2"},
		"home.street": {"Road"}, "sb-rows": {"home.phones=0 places=1,0 places[1].phones=7 places[0].phones="},
		"home.phones[0].number": {"1"}, "places[1].street": {"B"}, "places[0].street": {"A"}, "places[1].phones[7].number": {"2"}, "places[1].phones[7].mobile": {"true"},
		"IsAdmin": {"true"}, "isadmin": {"true"}, "secret": {"x"}, "Name": {"x"}, "utm[source]": {"x"}, "places[1].ID": {"4"}, "places[1].id": {"4"},
	})
	want := goods{
		Name: "Ann", Count: -3, Price: 1000, Agree: true, Tags: []string{"a", "b"}, Numbers: []int{1, 2}, Even: 2,
		Home:   place{Street: "Road", Phones: []phone{{Number: "1"}}},
		Places: []place{{Street: "B", Phones: []phone{{"2", true}}}, {Street: "A", Phones: []phone{}}},
	}
	if !reflect.DeepEqual(f.Data, want) {
		t.Errorf("decoded\n%+v\nand not\n%+v", f.Data, want)
	}
	if !f.Valid() {
		t.Error(f.Summary(), f.Errors(t.Context()))
	}
}

// problems are those of a field.
func problems(t testing.TB, f *forms.Form[goods], field any) string {
	return strings.Join(f.Field(field).Errors(t.Context()), ", ")
}

func TestWhatDoesNotParseStays(t *testing.T) {
	f := decode(t, url.Values{
		"name": {"a\xffb\x00c"}, "count": {"12x"}, "small": {"300"}, "price": {"NaN"}, "even": {"3"}, "numbers": {"1", "x"}, "tags": {"much too long"},
		"home.street": {"a\r\nb"}, "agree": {"perhaps"},
	})
	for _, c := range []struct {
		field        any
		value, error string
	}{
		{&f.Data.Name, "a\uFFFDb\uFFFDc", "is invalid"},
		{&f.Data.Count, "12x", "must be a number"},
		{&f.Data.Small, "300", "must be a number"},
		{&f.Data.Price, "NaN", "must be a number"},
		{&f.Data.Even, "3", "must be a number"},
		{&f.Data.Numbers, "", "must be a number"},
		{&f.Data.Tags, "", "must have at most 5 characters"},
		{&f.Data.Home.Street, "a\nb", ""},
		{&f.Data.Agree, "", "is invalid"},
	} {
		d := f.Field(c.field)
		if got := problems(t, f, c.field); d.Value != c.value || got != c.error {
			t.Errorf("%s shows %q and says %q", d.Name, d.Value, got)
		}
	}
	if f.Data.Count != 0 || f.Data.Name != "" || f.Data.Home.Street != "a\nb" {
		t.Errorf("%+v", f.Data)
	}
}

func TestFieldsThatRepeatOrAreMissing(t *testing.T) {
	f := decode(t, url.Values{"name": {"a", "b"}, "count": {}, "agree": {"false", "true"}})
	if f.Data.Name != "b" || !f.Data.Agree || f.Data.Count != 0 || problems(t, f, &f.Data.Home.Street) != "can't be blank" {
		t.Errorf("%+v", f.Data)
	}
}

func TestTypesThatPanic(t *testing.T) {
	_, err := goodsForm.Decode(t.Context(), url.Values{"even": {"panic"}})
	if err == nil || !strings.Contains(err.Error(), "even") {
		t.Error(err)
	}
}

// Cases 13, 14.
func TestHostileNames(t *testing.T) {
	many := url.Values{}
	for i := range 10_000 {
		many.Set(fmt.Sprintf("places[%d].street", i), "x")
	}
	rows := strings.Builder{}
	rows.WriteString("places=0")
	for i := 1; i < 10_000; i++ {
		fmt.Fprintf(&rows, ",%d", i)
	}
	nested := url.Values{}
	for _, name := range []string{"places", "home.phones", "x", "name"} {
		nested.Set(name+strings.Repeat("[0]", 26_000/3), "x")
		nested.Set(strings.Repeat(name+"[0].", 26_000/len(name)), "x")
	}
	for name, fields := range map[string]url.Values{
		"large index":       {"places[999999].street": {"x"}},
		"larger index":      {"places[99999999999999999999].street": {"x"}},
		"negative index":    {"places[-1].street": {"x"}},
		"zeros":             {"places[000].street": {"x"}},
		"no index":          {"places[].street": {"x"}},
		"no end":            {"places[1.street": {"x"}},
		"no field":          {"places[0]": {"x"}},
		"index of a text":   {"name[0]": {"x"}},
		"point in a text":   {"name.first": {"x"}},
		"group as a text":   {"home": {"x"}},
		"group as a list":   {"home[0].street": {"x"}},
		"10,000 rows":       many,
		"10,000 rows shown": {"sb-rows": {rows.String()}, "places[9999].street": {"x"}},
		"nested":            nested,
		"inner index":       {"sb-rows": {"places=0"}, "places[0].phones[3].number": {"x"}},
	} {
		fields.Set("name", "Ann")
		if len(fields) < 1000 {
			fields.Set("count", "12x")
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		f := decode(t, fields)
		runtime.ReadMemStats(&after)
		if n := after.TotalAlloc - before.TotalAlloc; n > 1<<20 {
			t.Errorf("%s: %d bytes were allocated", name, n)
		}
		if got := strings.Join(f.Errors(t.Context()), ""); !strings.Contains(got, "could not be read") {
			t.Errorf("%s: %q", name, got)
		}
		if len(fields) < 1000 && (f.Data.Name != "Ann" || f.Field(&f.Data.Count).Value != "12x") {
			t.Errorf("%s: what was typed is lost: %+v", name, f.Data)
		}
		if len(f.Data.Places) > 1 {
			t.Errorf("%s: %d rows", name, len(f.Data.Places))
		}
	}
}

func TestAMegabyte(t *testing.T) {
	text := strings.Repeat("x", 1<<20)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f := decode(t, url.Values{"name": {text}, "count": {text}, "price": {text}})
	runtime.ReadMemStats(&after)
	if n := after.TotalAlloc - before.TotalAlloc; n > 1<<20 {
		t.Errorf("%d bytes were allocated", n)
	}
	if problems(t, f, &f.Data.Name) != "must have at most 10 characters" || f.Field(&f.Data.Count).Value != text {
		t.Errorf("%s, %s", problems(t, f, &f.Data.Name), problems(t, f, &f.Data.Count))
	}
}

func TestFieldsAreNamedByAddress(t *testing.T) {
	f := decode(t, url.Values{"sb-rows": {"places=4,2 places[2].phones=1,0"}})
	for want, field := range map[string]any{
		"name": &f.Data.Name, "home": &f.Data.Home, "home.street": &f.Data.Home.Street, "home.phones": &f.Data.Home.Phones,
		"places": &f.Data.Places, "places[4].street": &f.Data.Places[0].Street, "places[2].phones[0].mobile": &f.Data.Places[1].Phones[1].Mobile,
		"tags": &f.Data.Tags,
	} {
		d := f.Field(field)
		if d.Name != want {
			t.Errorf("%s and not %s", d.Name, want)
		}
		if id := "order-" + strings.NewReplacer(".", "-", "[", "-", "]", "").Replace(want); d.ID != id {
			t.Errorf("%s has the id %s", want, d.ID)
		}
	}
	row, data := f.Data.Places[0], f.Data
	for what, field := range map[string]any{
		"copied row": &row.Street, "copied data": &data.Name, "untagged": &f.Data.IsAdmin, "value": f.Data.Name, "nil": (*string)(nil),
		"row": &f.Data.Places[0], "untagged in a row": &f.Data.Places[0].ID, "unexported": &f.Data.secret,
	} {
		said := panics(func() { f.Field(field) })
		if !strings.Contains(said, "forms: ") || what == "copied row" && !strings.Contains(said, "for i := range f.Data.Rows") {
			t.Errorf("%s: %s", what, said)
		}
	}
}

func panics(f func()) (said string) {
	defer func() {
		if r := recover(); r != nil {
			said = fmt.Sprint(r)
		}
	}()
	f()
	return ""
}

func TestRegistration(t *testing.T) {
	type untagged struct{ Name string }
	type embedded struct{ goods }
	type hidden struct {
		name string `form:"name"` //nolint:unused // what is wrong with it
	}
	type clobber struct {
		X string `form:"closest"`
	}
	type clobberID struct {
		X string `form:"ID"`
	}
	type kits struct {
		X string `form:"sb-form"`
	}
	type brackets struct {
		X string `form:"a[0]"`
	}
	type twice struct {
		X string `form:"a"`
		Y string `form:"a"`
	}
	type channel struct {
		X chan int `form:"a"`
	}
	type pointer struct {
		X *int `form:"a"`
	}
	type undived struct {
		X []phone `form:"a" validate:"max=2"`
	}
	type misspelt struct {
		X string `form:"a" validate:"omitempty,requird"`
	}
	type misspeltRow struct {
		X []misspelt `form:"a" validate:"dive"`
	}
	type tree struct {
		X []tree `form:"a"`
	}
	type inner struct {
		X string `form:"b-c"`
	}
	type ambiguous struct {
		A  inner `form:"a"`
		AB struct {
			X string `form:"c"`
		} `form:"a-b"`
	}
	for want, f := range map[string]func(){
		`has no form tag: tag it, or tag it form:"-"`: func() { forms.New[untagged]("r") },
		"is embedded":                           func() { forms.New[embedded]("r") },
		"is not exported":                       func() { forms.New[hidden]("r") },
		`"closest", which`:                      func() { forms.New[clobber]("r") },
		`"ID", which`:                           func() { forms.New[clobberID]("r") },
		"are the kit's":                         func() { forms.New[kits]("r") },
		"letters, digits":                       func() { forms.New[brackets]("r") },
		"like another one":                      func() { forms.New[twice]("r") },
		"is a chan int":                         func() { forms.New[channel]("r") },
		"is a *int":                             func() { forms.New[pointer]("r") },
		`add validate:"dive"`:                   func() { forms.New[undived]("r") },
		"tagged validate:\"omitempty,requird\"": func() { forms.New[misspelt]("r") },
		"Undefined validation function":         func() { forms.New[misspeltRow]("r") },
		"holds itself":                          func() { forms.New[tree]("r") },
		"the same: rename one":                  func() { forms.New[ambiguous]("r") },
		"is a struct":                           func() { forms.New[int]("r") },
		"is no name of a form":                  func() { forms.New[phone]("a b") },
		"there is a form \"order":               func() { forms.New[goods]("order") },
	} {
		if said := panics(f); !strings.Contains(said, want) {
			t.Errorf("%s: %s", want, said)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add("name=Ann&count=12x&places[0].street=x&sb-rows=places=0")
	f.Add("sb-rows=places=1,0+places[1].phones=7&places[1].phones[7].number=2&sb-row=add")
	f.Add("places[9999999].street=x&home.phones[0].number=%00%ff")
	f.Fuzz(func(t *testing.T, body string) {
		fields, err := url.ParseQuery(body)
		if err != nil {
			return
		}
		for name, texts := range fields {
			if strings.Contains(strings.Join(texts, " "), "panic") {
				delete(fields, name)
			}
		}
		form, err := goodsForm.Decode(t.Context(), fields)
		if err != nil {
			t.Fatal(err)
		}
		if form.Data.IsAdmin || form.Data.secret != "" {
			t.Error("a field without a tag was set")
		}
		if len(form.Data.Places) > forms.MaxRows {
			t.Error(len(form.Data.Places), "rows")
		}
		for _, field := range form.Summary() {
			if len(field.Errors(t.Context())) == 0 {
				t.Errorf("%s is listed without an error", field.Name)
			}
		}
		for i := range form.Data.Places {
			form.Field(&form.Data.Places[i].Street)
			for j := range form.Data.Places[i].Phones {
				form.Field(&form.Data.Places[i].Phones[j].Number)
			}
		}
	})
}
