package cut

import (
	"bufio"
	"io"
	"net/http"
	"strings"
	"sync"
)

// maxBody bounds what is kept of one answer.
const maxBody = 4 << 20

// Exchange is a request with what has come of its answer. Its methods may be called from
// any goroutine.
type Exchange struct {
	// Request has no body to read.
	Request *http.Request

	mu     sync.Mutex
	status int
	body   strings.Builder
	over   bool
}

// Status is the answer's, 0 while there is none.
func (e *Exchange) Status() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.status
}

// Body is what has come of the answer's body, its first 4 MiB.
func (e *Exchange) Body() string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.body.String()
}

// Messages lists the data of the messages that have come whole on a stream.
func (e *Exchange) Messages() []string {
	var list []string
	events := strings.Split(e.Body(), "\n\n")
	for _, event := range events[:len(events)-1] {
		var data []string
		for line := range strings.SplitSeq(event, "\n") {
			if text, ok := strings.CutPrefix(line, "data: "); ok {
				data = append(data, text)
			}
		}
		if data != nil {
			list = append(list, strings.Join(data, "\n"))
		}
	}
	return list
}

// Over reports whether the answer is complete, or its connection is.
func (e *Exchange) Over() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.over
}

// read follows an answer to its end.
func (e *Exchange) read(from *bufio.Reader) error {
	res, err := http.ReadResponse(from, e.Request)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	e.begin(res.StatusCode)
	_, err = io.Copy(keeper{e}, res.Body)
	return err
}

// keeper keeps the pieces of an answer's body.
type keeper struct{ e *Exchange }

func (k keeper) Write(b []byte) (int, error) {
	k.e.mu.Lock()
	defer k.e.mu.Unlock()
	k.e.body.Write(b[:min(len(b), maxBody-k.e.body.Len())])
	return len(b), nil
}

func (e *Exchange) begin(status int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.status = status
}

func (e *Exchange) finish() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.over = true
}
