// want: in call to pubsub\.Subscribe, type func\(.*counter\.Page.* int\) error of counter\.Page\.Add does not match

package page

import (
	"github.com/sideband-go/sideband/internal/compile/counter"
	"github.com/sideband-go/sideband/pubsub"
	"github.com/sideband-go/sideband/views"
)

func follow(s *views.Socket, t pubsub.Topic[string]) error {
	return pubsub.Subscribe(s, t, counter.Page.Add)
}
