package protocol_test

import (
	"strings"
	"testing"

	"github.com/sideband-go/sideband/internal/protocol"
)

// A second first message takes the element of the one before away while its request waits. htmx
// forgets all that waits behind such a request, unless its element names the queue itself.
func TestTheQuestionOfAFirstMessageNamesItsQueue(t *testing.T) {
	m := string(protocol.FirstMessage("/a?b", ""))
	if !strings.Contains(m, `<i hx-post="/a?b?left=" hx-sync="main:queue all" hx-trigger="load">`) {
		t.Errorf("it is %s", m)
	}
}
