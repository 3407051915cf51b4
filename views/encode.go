package views

import (
	"encoding"
	"fmt"
	"net/url"
	"reflect"
	"strconv"

	"github.com/go-playground/form/v4"
)

var structEncoder = func() *form.Encoder {
	e := form.NewEncoder()
	e.SetMode(form.ModeExplicit)
	return e
}()

// appendParam adds a binding's parameter to the URL of its event, where it stays exact:
// in htmx's own attribute for values, its short form takes some strings for numbers, and
// JSON rounds large ones.
func appendParam(u string, p any) string {
	switch p := p.(type) {
	case NoParams:
		return u
	case string:
		return u + "&value=" + url.QueryEscape(p)
	case int:
		return u + "&value=" + strconv.Itoa(p)
	case int64:
		return u + "&value=" + strconv.FormatInt(p, 10)
	case bool:
		return u + "&value=" + strconv.FormatBool(p)
	case encoding.TextMarshaler:
		text, err := p.MarshalText()
		if err != nil {
			panic(fmt.Sprintf("views: the parameter of an event: %v", err))
		}
		return u + "&value=" + url.QueryEscape(string(text))
	}
	v := reflect.ValueOf(p)
	if scalar(v.Type()) {
		return u + "&value=" + url.QueryEscape(fmt.Sprint(p))
	}
	values, err := structEncoder.Encode(p)
	if err != nil {
		panic(fmt.Sprintf("views: the parameter of an event: %v", err))
	}
	return u + "&" + values.Encode()
}
