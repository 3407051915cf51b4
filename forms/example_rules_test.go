package forms_test

import (
	"context"
	"fmt"
	"net/url"

	"github.com/go-playground/validator/v10"

	"github.com/sideband-go/sideband/forms"
)

// Plan is what is posted.
type Plan struct {
	Seats int `form:"seats" validate:"even,lte=100"`
}

var PlanForm = forms.New[Plan]("plan",
	forms.WithValidator(forms.Rules(func(v *validator.Validate) error {
		return v.RegisterValidation("even", func(f validator.FieldLevel) bool { return f.Field().Int()%2 == 0 })
	})),
	forms.WithMessages(func(_ context.Context, p forms.Problem) string {
		if p.Rule == "even" {
			return "must be even"
		}
		return "" // the text in English
	}),
)

// A rule of one's own, besides those of the validator.
func ExampleRules() {
	ctx := context.Background()
	for _, seats := range []string{"7", "102", "8"} {
		f, err := PlanForm.Decode(ctx, url.Values{"seats": {seats}})
		if err != nil {
			fmt.Println(err)
			continue
		}
		fmt.Println(f.Valid(), f.Field(&f.Data.Seats).Errors(ctx))
	}
	// Output:
	// false [must be even]
	// false [must be 100 or less]
	// true []
}
