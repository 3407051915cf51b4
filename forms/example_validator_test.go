package forms_test

import (
	"context"
	"fmt"
	"net/url"
	"time"

	"github.com/sideband-go/sideband/forms"
)

// Booking is what is posted.
type Booking struct {
	From string `form:"from"`
	To   string `form:"to"`
}

// Nights is a validator that needs no tags.
type Nights struct{ Most int }

func (n Nights) Validate(_ context.Context, data any) ([]forms.Problem, error) {
	b, ok := data.(*Booking)
	if !ok {
		return nil, fmt.Errorf("nights of a %T", data)
	}
	from, err := time.Parse(time.DateOnly, b.From)
	if err != nil {
		return []forms.Problem{{Field: "from", Rule: "date"}}, nil
	}
	to, err := time.Parse(time.DateOnly, b.To)
	if err != nil {
		return []forms.Problem{{Field: "to", Rule: "date"}}, nil
	}
	if nights := int(to.Sub(from).Hours() / 24); nights < 1 || nights > n.Most {
		return []forms.Problem{{Field: "to", Rule: "nights", Param: fmt.Sprint(n.Most)}}, nil
	}
	return nil, nil
}

var BookingForm = forms.New[Booking]("booking",
	forms.WithValidator(Nights{Most: 14}),
	forms.WithMessages(func(_ context.Context, p forms.Problem) string {
		switch p.Rule {
		case "date":
			return "must be a day"
		case "nights":
			return "must be at most " + p.Param + " nights later"
		}
		return ""
	}),
)

// A validator of one's own sees all fields at once.
func ExampleWithValidator() {
	ctx := context.Background()
	for _, to := range []string{"soon", "2026-06-01", "2026-05-03"} {
		f, err := BookingForm.Decode(ctx, url.Values{"from": {"2026-05-01"}, "to": {to}})
		if err != nil {
			fmt.Println(err)
			continue
		}
		fmt.Println(f.Valid(), f.Field(&f.Data.To).Errors(ctx))
	}
	// Output:
	// false [must be a day]
	// false [must be at most 14 nights later]
	// true []
}
