package users

import (
	"strconv"
	"strings"
)

// shown are the fields of a user as texts. A password is never shown.
var shown = []struct {
	label string
	text  func(User) string
}{
	{"Name", func(u User) string { return u.Name }},
	{"Email", func(u User) string { return u.Email }},
	{"Age", func(u User) string { return strconv.Itoa(u.Age) }},
	{"Country", func(u User) string { return countryName(u.Country) }},
	{"Region", func(u User) string { return u.Region }},
	{"Newsletter", func(u User) string {
		if u.Newsletter {
			return "yes"
		}
		return "no"
	}},
	{"Role", func(u User) string { return u.Role }},
	{"Addresses", func(u User) string {
		var list []string
		for _, a := range u.Addresses {
			list = append(list, a.Street+", "+a.City)
		}
		return strings.Join(list, "; ")
	}},
}

// differences says what a user has now that is not as it was, as in ", with Name: Rosa; Age: 31".
func differences(before, now User) string {
	var list []string
	for _, f := range shown {
		was, is := f.text(before), f.text(now)
		if was == is {
			continue
		}
		if is == "" {
			is = "none"
		}
		list = append(list, f.label+": "+is)
	}
	if list == nil {
		return ""
	}
	return ", with " + strings.Join(list, "; ")
}
