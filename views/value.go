package views

import "github.com/sideband-go/sideband/internal/params"

// ValueField is the name of an element that posts its value property as an event's parameter: as text for a number, string
// or bool, and as JSON for structs with json tags, slices and maps. Package client binds such elements.
const ValueField = params.ValueField
