package client

import "github.com/a-h/templ"

// Hideable returns the attribute of a row, or another element, that is hidden while an event of an element in it is under
// way that has [Hides]: before the server has answered. If the event fails the row is back, with the event's notice; if
// it succeeds the patch takes the row away.
//
//	<li id={ id } { client.Hideable()... }>
//		{ item.Name }
//		<button { views.OnClick(ctx, Page.Delete, item.ID)... } { client.Hides()... }>Delete</button>
//	</li>
//
// An event that waits for another one to be answered hides nothing before its turn.
func Hideable() templ.OrderedAttributes { return attributes("sb-hideable", true) }

// Hides returns the attribute of an element with a binding whose event hides the nearest enclosing [Hideable] until it is
// answered.
func Hides() templ.OrderedAttributes {
	return attributes("hx-indicator", "closest [sb-hideable],#sb-slow")
}
