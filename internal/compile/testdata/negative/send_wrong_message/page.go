// want: cannot use "one" \(untyped string constant\) as int value in argument to views\.Send

package page

import (
	"github.com/sideband-go/sideband/internal/compile/counter"
	"github.com/sideband-go/sideband/views"
)

func send(s *views.Socket) error { return views.Send(s, counter.Page.Add, "one") }
