package params_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"
	templruntime "github.com/a-h/templ/runtime"

	"github.com/sideband-go/sideband/internal/fault"
	"github.com/sideband-go/sideband/internal/params"
	"github.com/sideband-go/sideband/internal/viewtest"
	"github.com/sideband-go/sideband/views"
)

// colour is written by its name, and knows some only.
type colour uint8

func (c colour) String() string { return "colour " + strconv.Itoa(int(c)) }

func (c colour) MarshalText() ([]byte, error) { return []byte([]string{"none", "red", "blue"}[c]), nil }

func (c *colour) UnmarshalText(text []byte) error {
	for i, name := range []string{"none", "red", "blue"} {
		if string(text) == name {
			*c = colour(i)
			return nil
		}
	}
	if string(text) == "panic" {
		panic("a mistake in UnmarshalText")
	}
	return errors.New("no colour")
}

type price float32

// order has a field of each kind that a browser sends.
type order struct {
	N       int           `form:"n"       query:"n"`
	U       uint8         `form:"u"       query:"u"`
	Price   price         `form:"price"   query:"price"`
	Weight  float64       `form:"weight"  query:"weight"`
	Weights []float64     `form:"weights" query:"weights"`
	Gift    bool          `form:"gift"    query:"gift"`
	Colour  colour        `form:"colour"  query:"colour"`
	Colours []colour      `form:"colours" query:"colours"`
	Mode    string        `form:"hub.mode" query:"hub.mode"`
	Due     time.Time     `form:"due"     query:"due"`
	Wait    time.Duration `form:"wait,omitempty" query:"wait"`
	ID      int           `path:"id" form:"-"`
	Rate    float64       `path:"rate" form:"-"`
}

// till takes orders from its address and from events.
type till struct {
	got    *order
	render func(ctx context.Context) templ.OrderedAttributes
}

func (s till) Mount(_ *views.Socket, o order) error          { *s.got = o; return nil }
func (s till) Order(_ *views.Socket, o order) error          { *s.got = o; return nil }
func (s till) Float(_ *views.Socket, v float64) error        { s.got.Weight = v; return nil }
func (s till) Price(_ *views.Socket, v price) error          { s.got.Price = v; return nil }
func (s till) N(_ *views.Socket, v int) error                { s.got.N = v; return nil }
func (s till) Wait(_ *views.Socket, v time.Duration) error   { s.got.Wait = v; return nil }
func (s till) Month(_ *views.Socket, v time.Month) error     { s.got.N = int(v); return nil }
func (s till) Colour(_ *views.Socket, v colour) error        { s.got.Colour = v; return nil }
func (s till) Plain(_ *views.Socket, _ views.NoParams) error { return nil }

func (s till) Render() templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		if s.render == nil {
			return nil
		}
		return templruntime.RenderAttributes(ctx, w, w, "button", s.render(ctx))
	})
}

// open makes a view of a till that is not mounted.
func open(t *testing.T, page till) *viewtest.View {
	return viewtest.NewUnmounted(t, viewtest.Define(page), func(error) {})
}

// send decodes one event and runs it.
func send(t *testing.T, event, query, fields string) (order, error) {
	t.Helper()
	var got order
	in := open(t, till{got: &got})
	q, _ := url.ParseQuery(query)
	f, _ := url.ParseQuery(fields)
	c, err := in.Event(event, "", params.Input{Query: q, Fields: f})
	if err == nil {
		err = in.Run(t.Context(), c)
	}
	return got, err
}

// mount mounts the page at an address.
func mount(t *testing.T, query string, path map[string]string) (order, error) {
	t.Helper()
	var got order
	in := open(t, till{got: &got})
	q, _ := url.ParseQuery(query)
	err := in.Run(t.Context(), in.Mounting(params.Input{Query: q, Path: func(name string) string { return path[name] }}))
	return got, err
}

// Case 110.
func TestUnknownNamesAreIgnored(t *testing.T) {
	for _, unknown := range []string{
		"a.b=1", "utm[source]=x", "[=1", "]=1", "x[9999999]=1", "a[=1", "..=1", "%00=1", "=1", "N=7", "n[0]=7", "n.x=7", strings.Repeat("q", 300) + "=1",
	} {
		got, err := mount(t, "n=3&"+unknown, nil)
		if err != nil || got.N != 3 {
			t.Errorf("page ?n=3&%s: %+v, %v", unknown, got, err)
		}
		if got, err = send(t, "Order", "n=3&"+unknown, ""); err != nil || got.N != 3 {
			t.Errorf("event ?n=3&%s: %+v, %v", unknown, got, err)
		}
	}
	for _, unknown := range []string{"a.b=1", "utm[source]=x", "[=1", "]=1", "x[9999999]=1", "..=1", "N=7"} {
		if got, err := send(t, "Order", "", "n=3&"+unknown); err != nil || got.N != 3 {
			t.Errorf("posted n=3&%s: %+v, %v", unknown, got, err)
		}
	}
	for _, bad := range []string{"weights[x]=1", "weights[-1]=1", "weights[9999999999]=1", "weights[=1", "n.x=1", "weights[0]=1", strings.Repeat("q", 300) + "=1"} {
		if _, err := send(t, "Order", "", bad); !errors.Is(err, fault.ErrParams) {
			t.Errorf("posted %s: %v", bad, err)
		}
	}
	if got, err := send(t, "Order", "", "hub.mode=subscribe"); err != nil || got.Mode != "subscribe" {
		t.Errorf("a tag with a point: %+v, %v", got, err)
	}
}

// Case 111.
func TestNumbersAreWrittenAsInHTML(t *testing.T) {
	floats := map[string]float64{"0": 0, "-0": math.Copysign(0, -1), "12": 12, "-1.5": -1.5, ".5": 0.5, "-.5": -0.5, "007": 7, "1e3": 1000, "1E+3": 1000, "25e-1": 2.5, "1e-400": 0}
	for text, want := range floats {
		for _, from := range []func() (order, error){
			func() (order, error) { return send(t, "Float", "value="+url.QueryEscape(text), "") },
			func() (order, error) { return send(t, "Float", "", "any="+url.QueryEscape(text)) },
			func() (order, error) { return send(t, "Order", "", "weight="+url.QueryEscape(text)) },
			func() (order, error) { return mount(t, "weight="+url.QueryEscape(text), nil) },
		} {
			if got, err := from(); err != nil || got.Weight != want {
				t.Errorf("%q is %v, %v", text, got.Weight, err)
			}
		}
	}
	for _, text := range []string{
		"0x1p-2", "0x10", "1e400", "-1e400", "1_000", "NaN", "nan", "Inf", "+Inf", "-inf", "Infinity", "infinity", "+1", "+.5", "1.", "-", ".", "e3", "1e", "1e+", "1,5", " 1", "1 ", "1e3.5", "--1", "٣", "1f",
	} {
		escaped := url.QueryEscape(text)
		for name, from := range map[string]func() (order, error){
			"value":      func() (order, error) { return send(t, "Float", "value="+escaped, "") },
			"float32":    func() (order, error) { return send(t, "Price", "value="+escaped, "") },
			"a field":    func() (order, error) { return send(t, "Order", "", "weight="+escaped) },
			"a price":    func() (order, error) { return send(t, "Order", "", "price="+escaped) },
			"a slice":    func() (order, error) { return send(t, "Order", "", "weights=1&weights="+escaped) },
			"a query":    func() (order, error) { return mount(t, "weight="+escaped, nil) },
			"queries":    func() (order, error) { return mount(t, "weights="+escaped, nil) },
			"a path":     func() (order, error) { return mount(t, "", map[string]string{"rate": text}) },
			"an int":     func() (order, error) { return send(t, "N", "value="+escaped, "") },
			"int field":  func() (order, error) { return send(t, "Order", "", "n="+escaped) },
			"uint field": func() (order, error) { return send(t, "Order", "", "u="+escaped) },
			"int query":  func() (order, error) { return mount(t, "n="+escaped, nil) },
			"int path":   func() (order, error) { return mount(t, "", map[string]string{"id": text}) },
		} {
			if got, err := from(); err == nil {
				t.Errorf("%q is taken as %s: %+v", text, name, got)
			}
		}
	}
	for _, c := range []struct{ event, query, fields string }{
		{"Price", "value=1e39", ""},
		{"Order", "", "price=1e39"},
		{"Order", "", "u=256"},
		{"Order", "", "u=-1"},
		{"N", "value=1e3", ""},
		{"N", "value=1.0", ""},
		{"N", "value=9223372036854775808", ""},
	} {
		if got, err := send(t, c.event, c.query, c.fields); !errors.Is(err, fault.ErrParams) {
			t.Errorf("%+v: %+v, %v", c, got, err)
		}
	}
	if _, err := mount(t, "", map[string]string{"rate": "1e400"}); !statusIs(err, 404) {
		t.Errorf("a bad path: %v", err)
	}
	if _, err := mount(t, "weight=NaN", nil); !statusIs(err, 400) {
		t.Errorf("a bad query: %v", err)
	}
}

func statusIs(err error, want int) bool {
	status, _ := fault.StatusOf(err)
	return err != nil && status == want
}

// Case 112.
func TestFieldsAreReadByTheirTypes(t *testing.T) {
	got, err := send(t, "Order", "", "n=&weight=&due=&colour=blue&colours=red&colours=blue&gift=yes&wait=1500")
	if err != nil || got.Colour != 2 || fmt.Sprint(got.Colours) != "[colour 1 colour 2]" || !got.Gift || got.Wait != 1500 || !got.Due.IsZero() {
		t.Errorf("%+v, %v", got, err)
	}
	for _, bad := range []string{"colour=green", "colour=1", "colours=red&colours=1", "due=yesterday", "gift=maybe"} {
		if got, err := send(t, "Order", "", bad); !errors.Is(err, fault.ErrParams) {
			t.Errorf("%s: %+v, %v", bad, got, err)
		}
		if got, err := mount(t, bad, nil); !statusIs(err, 400) {
			t.Errorf("?%s: %+v, %v", bad, got, err)
		}
	}
	for event, fields := range map[string]string{"Colour": "colour=panic", "Order": "colour=panic"} {
		if _, err := send(t, event, "", fields); !statusIs(err, 500) {
			t.Errorf("%s: %v", event, err)
		}
	}
}

// Case 112, too: what a binding writes arrives, whatever methods the type has.
func TestBindingsArriveWhateverTheirType(t *testing.T) {
	due := time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC)
	whole := order{
		N: -7, U: 9, Price: 0.1, Weight: 1e21, Weights: []float64{0.5, 1e-7, -3}, Gift: true, Colour: 1, Colours: []colour{2, 0, 1}, Mode: "a&b", Due: due, Wait: time.Second,
	}
	for name, c := range map[string]struct {
		bind func(ctx context.Context) templ.OrderedAttributes
		want order
	}{
		"a struct":      {func(ctx context.Context) templ.OrderedAttributes { return views.OnClick(ctx, till.Order, whole) }, whole},
		"a duration":    {func(ctx context.Context) templ.OrderedAttributes { return views.OnClick(ctx, till.Wait, time.Second) }, order{Wait: time.Second}},
		"a month":       {func(ctx context.Context) templ.OrderedAttributes { return views.OnClick(ctx, till.Month, time.May) }, order{N: 5}},
		"a named float": {func(ctx context.Context) templ.OrderedAttributes { return views.OnClick(ctx, till.Price, price(0.1)) }, order{Price: 0.1}},
		"the largest": {func(ctx context.Context) templ.OrderedAttributes {
			return views.OnClick(ctx, till.Float, math.MaxFloat64)
		}, order{Weight: math.MaxFloat64}},
		"the smallest":   {func(ctx context.Context) templ.OrderedAttributes { return views.OnClick(ctx, till.Float, 5e-324) }, order{Weight: 5e-324}},
		"text marshaler": {func(ctx context.Context) templ.OrderedAttributes { return views.OnClick(ctx, till.Colour, colour(2)) }, order{Colour: 2}},
	} {
		html, err := bound(t, c.bind)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		u, _ := url.Parse(html)
		got, err := send(t, u.Query().Get("event"), u.RawQuery, "")
		if err != nil || fmt.Sprintf("%#v", got) != fmt.Sprintf("%#v", c.want) {
			t.Errorf("%s: %s is\n%+v, %v, not\n%+v", name, html, got, err, c.want)
		}
	}
}

// Case 111, too.
func TestNoBindingWritesWhatIsNoNumber(t *testing.T) {
	for name, bind := range map[string]func(ctx context.Context) templ.OrderedAttributes{
		"NaN": func(ctx context.Context) templ.OrderedAttributes { return views.OnClick(ctx, till.Float, math.NaN()) },
		"infinity": func(ctx context.Context) templ.OrderedAttributes {
			return views.OnClick(ctx, till.Price, price(math.Inf(1)))
		},
		"NaN in a struct": func(ctx context.Context) templ.OrderedAttributes {
			return views.OnClick(ctx, till.Order, order{Weight: math.NaN()})
		},
		"infinity in a list": func(ctx context.Context) templ.OrderedAttributes {
			return views.OnClick(ctx, till.Order, order{Weights: []float64{math.Inf(-1)}})
		},
	} {
		if u, err := bound(t, bind); err == nil || !strings.Contains(err.Error(), "not a number that a browser can send") {
			t.Errorf("%s: %s, %v", name, u, err)
		}
	}
}

// bound renders a binding and returns the address that it posts to.
func bound(t *testing.T, bind func(ctx context.Context) templ.OrderedAttributes) (address string, err error) {
	t.Helper()
	in := open(t, till{got: new(order), render: func(ctx context.Context) templ.OrderedAttributes {
		a := bind(ctx)
		address = a[0].Value.(string)
		return a
	}})
	_, _, err = in.Tree.Page()
	return address, err
}

func FuzzDecoder(f *testing.F) {
	f.Add("n=1&weights=1&weights=2", "weights[3]=x&colour=red", "7")
	f.Add("a.b=1&utm[source]=x", "weights[999999999999]=1", "1e400")
	f.Add("price=1e39&due=2026-01-02T03:04:05Z", "]=1&[=2&n[=3&hub.mode=x", "0x1p-2")
	f.Fuzz(func(t *testing.T, query, fields, path string) {
		posted, _ := url.ParseQuery(fields)
		asked, _ := url.ParseQuery(query)
		sane := func(o order, err error) {
			if err != nil {
				return
			}
			for _, v := range append(o.Weights, o.Weight, float64(o.Price), o.Rate) {
				if math.IsNaN(v) || math.IsInf(v, 0) {
					t.Errorf("%+v from %q %q %q", o, query, fields, path)
				}
			}
			if len(o.Weights) > len(posted["weights"])+len(asked["weights"]) || len(o.Colours) > len(posted["colours"])+len(asked["colours"]) {
				t.Errorf("more than was sent: %+v", o)
			}
		}
		for _, event := range []string{"Order", "Float", "Price", "N", "Wait", "Colour", "Plain"} {
			o, err := send(t, event, query, fields)
			if err != nil && !errors.Is(err, fault.ErrParams) {
				t.Error(err)
			}
			sane(o, err)
		}
		o, err := mount(t, query, map[string]string{"id": path, "rate": path})
		if err != nil && !statusIs(err, 400) && !statusIs(err, 404) {
			t.Error(err)
		}
		sane(o, err)
	})
}
