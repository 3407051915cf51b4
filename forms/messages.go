package forms

import (
	"context"
	"strings"
)

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

	bySubmit bool // the method of a submit has said it
}

// Rules that are not those of the validator.
const (
	// RuleParse is that of a text that is no value of the field's type.
	RuleParse = "parse"
	// RuleRows is that of MaxRows.
	RuleRows = "rows"
	// RuleFields is that of what was posted as a whole: it does not fit the form.
	RuleFields = "fields"
	// RuleStale is that of what was posted from a page that shows an older form.
	RuleStale = "stale"
)

// Messages returns the text of a problem in the language of the page that is rendered with ctx, or
// "" for that of [English].
type Messages func(ctx context.Context, p Problem) string

// English is the text of a problem in English.
func English(_ context.Context, p Problem) string {
	if text, ok := english[p.Rule+" "+p.Kind]; ok {
		return strings.ReplaceAll(text, "N", p.Param)
	}
	if text, ok := english[p.Rule]; ok {
		return strings.ReplaceAll(text, "N", p.Param)
	}
	return "is invalid"
}

// english are the texts by rule and, where it matters, kind. N is the rule's parameter.
var english = map[string]string{
	"required":     "can't be blank",
	"parse number": "must be a number",
	"email":        "must have the @ sign, a domain and no spaces",
	"url":          "must be a web address",
	"alphanum":     "must have letters and digits only",
	"numeric":      "must have digits only",
	"unique":       "must not have the same twice",
	"oneof":        "is none of the choices",
	"eqfield":      "must be the same as N",

	"min text": "must have at least N characters", "gte text": "must have at least N characters", "gt text": "must have more than N characters",
	"max text": "must have at most N characters", "lte text": "must have at most N characters", "lt text": "must have less than N characters",
	"len text":   "must have N characters",
	"min number": "must be N or more", "gte number": "must be N or more", "gt number": "must be more than N",
	"max number": "must be N or less", "lte number": "must be N or less", "lt number": "must be less than N",
	"len number": "must be N",
	"min list":   "must have at least N entries", "gte list": "must have at least N entries", "gt list": "must have more than N entries",
	"max list": "must have at most N entries", "lte list": "must have at most N entries", "lt list": "must have less than N entries",
	"len list": "must have N entries",

	"rows list": "takes N rows at most",
	"fields":    "The form could not be read. Please reload the page.",
	"stale":     "The form was changed elsewhere meanwhile. Please look at it, and send it again.",
}
