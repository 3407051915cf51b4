package forms

import "fmt"

// check panics if the control can't show the field.
func (c *control) check() {
	takes, name := single, controlNames[c.kind]
	switch c.kind {
	case boxControl:
		takes = box
	case boxesControl:
		takes = many
	case selectControl:
		if c.field.kind == many {
			return
		}
	case fileControl: // which shows nothing of it
		return
	}
	if is := c.field.kind; is != takes {
		panic(fmt.Sprintf("forms: %s is for %s, and the field %s is %s", name, kindNames[takes], c.field.Name, kindNames[is]))
	}
}

var kindNames = [...]string{
	single: "a single value", box: "a bool", many: "a list of values",
	group: "a struct: render the fields in it", rows: "a list of structs: render the fields of each",
}

var controlNames = [...]string{
	textControl: "Text", numberControl: "Number", passwordControl: "Password", dateControl: "Date", colorControl: "Color",
	fileControl: "File", areaControl: "Textarea", boxControl: "Checkbox", selectControl: "Select", radioControl: "Radio", boxesControl: "Boxes",
}
