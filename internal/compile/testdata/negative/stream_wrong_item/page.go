// want: cannot use "one" .* as int value in argument to numbers\.Append

package page

import (
	"strconv"

	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

var numbers = state.NewStream("numbers", strconv.Itoa)

func add(s *views.Socket) {
	numbers.Append(s, "one")
}
