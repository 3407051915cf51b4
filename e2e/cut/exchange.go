package cut

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"strings"
	"sync"

	"github.com/klauspost/compress/zstd"
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
	coding string
	body   bytes.Buffer
	over   bool
}

// Status is the answer's, 0 while there is none.
func (e *Exchange) Status() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.status
}

// Body is what has come of the answer's body, as it was before it was compressed. Of more
// than 4 MiB it is what the first have to tell.
func (e *Exchange) Body() string {
	e.mu.Lock()
	coding, raw := e.coding, bytes.Clone(e.body.Bytes())
	e.mu.Unlock()
	return decoded(coding, raw)
}

// decoded is what can be read of the beginning of a body.
func decoded(coding string, raw []byte) string {
	var from io.Reader
	switch coding {
	case "gzip":
		r, err := gzip.NewReader(bytes.NewReader(raw))
		if err != nil {
			return "" // not even the head has come
		}
		from = r
	case "zstd":
		r, err := zstd.NewReader(bytes.NewReader(raw), zstd.WithDecoderConcurrency(1))
		if err != nil {
			panic(err) // the options are constants
		}
		defer r.Close()
		from = r
	default:
		return string(raw)
	}
	var text bytes.Buffer
	_, _ = text.ReadFrom(from) // it ends where the rest is still to come
	return text.String()
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
	e.begin(res.StatusCode, res.Header.Get("Content-Encoding"))
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

func (e *Exchange) begin(status int, coding string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.status, e.coding = status, coding
}

func (e *Exchange) finish() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.over = true
}
