package forms

import "context"

// Problem is one thing that is wrong with a field, or with the form.
type Problem struct {
	// Field is the path of the field, such as "addresses[0].street"; "" of the form.
	Field string
	// Rule is that of the validate tag that does not hold, such as "min"; or "parse", for a text that
	// is no value of the field's type.
	Rule string
	// Param is what the rule has after its equals sign.
	Param string
	// Kind is that of the field's value: "text", "number", "list" or "".
	Kind string
	// Text is what AddError was given. The other problems have none.
	Text string
}

// Rules that are not those of the validator.
const (
	// RuleParse is that of a text that is no value of the field's type.
	RuleParse = "parse"
	// RuleRows is that of MaxRows.
	RuleRows = "rows"
	// RuleFields is that of what was posted as a whole: it does not fit the form.
	RuleFields = "fields"
	// RuleStale is that of a form that was changed elsewhere since the page has shown it.
	RuleStale = "stale"
)

// Messages returns the text of a problem in the language of the page that is rendered with ctx, or
// "" for that of [English].
type Messages func(ctx context.Context, p Problem) string

// English is the text of a problem in English.
func English(_ context.Context, p Problem) string {
	switch p.Rule {
	case "required":
		return "can't be blank"
	case "email":
		return "must have the @ sign"
	}
	return "is invalid"
}
