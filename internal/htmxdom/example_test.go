package htmxdom_test

import (
	"fmt"

	"github.com/sideband-go/sideband/internal/htmxdom"
)

func Example() {
	d, err := htmxdom.Parse(`<main id="sb-view"><p id="count">4</p><input id="name"></main>`)
	if err != nil {
		panic(err)
	}
	name := d.ByID("name")
	d.Type(name, "Ada")
	err = d.Apply(`<hx-partial id="sb-view" hx-swap="innerMorph"><h1>Hello</h1><p id="count">5</p><input id="name"></hx-partial>`)
	fmt.Println(err)
	fmt.Println(d.BodyHTML())
	fmt.Println(d.Value(name), d.Focus() == name)
	// Output:
	// <nil>
	// <body><main id="sb-view"><h1>Hello</h1><p id="count">5</p><input id="name"></main></body>
	// Ada true
}
