package users

import (
	"slices"

	"github.com/sideband-go/sideband/forms"
)

// country is one that a user may live in, with its regions.
type country struct {
	code    string
	name    string
	regions []string
}

// countries are few, and so are their regions: enough to see the one list follow the other.
var countries = []country{
	{"AT", "Austria", []string{"Carinthia", "Lower Austria", "Salzburg", "Styria", "Tyrol", "Vienna"}},
	{"CA", "Canada", []string{"Alberta", "British Columbia", "Nova Scotia", "Ontario", "Quebec"}},
	{"DE", "Germany", []string{"Bavaria", "Berlin", "Hamburg", "Hesse", "Saxony"}},
	{"IT", "Italy", []string{"Lazio", "Lombardy", "Sicily", "Tuscany", "Veneto"}},
	{"JP", "Japan", []string{"Aichi", "Hokkaido", "Kyoto", "Osaka", "Tokyo"}},
	{"SG", "Singapore", nil},
}

// countryOf returns the country with the code.
func countryOf(code string) (c country, ok bool) {
	i := slices.IndexFunc(countries, func(c country) bool { return c.code == code })
	if i < 0 {
		return country{}, false
	}
	return countries[i], true
}

// countryName is the country's name, or the code of one that is unknown.
func countryName(code string) string {
	if c, ok := countryOf(code); ok {
		return c.name
	}
	return code
}

func countryOptions() []forms.Option {
	var list []forms.Option
	for _, c := range countries {
		list = append(list, forms.Option{Value: c.code, Label: c.name})
	}
	return list
}

// regionOptions are the regions of a country, and none of them.
func regionOptions(code string) []forms.Option {
	c, _ := countryOf(code)
	if len(c.regions) == 0 {
		return []forms.Option{{Label: "(none)"}}
	}
	list := []forms.Option{{Label: "Choose one"}}
	for _, name := range c.regions {
		list = append(list, forms.Option{Value: name, Label: name})
	}
	return list
}

// roles are what a user may be.
var roles = []forms.Option{{Value: "member", Label: "Member"}, {Value: "editor", Label: "Editor"}, {Value: "admin", Label: "Admin"}}
