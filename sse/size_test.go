package sse_test

import (
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/sideband-go/sideband/sse"
)

// rows returns the message of the demo's table for "Create 1,000 rows".
func rows(n int) string {
	var b strings.Builder
	random := rand.New(rand.NewPCG(1, 2))
	words := strings.Fields("plain blue desk red old pizza large green chair angry pink pony odd white house")
	word := func() string { return words[random.IntN(len(words))] }
	b.WriteString(`<hx-partial id="rows" hx-swap="afterbegin">`)
	for i := range n {
		fmt.Fprintf(&b, `<tr id="row-%[1]d"><td>%[1]d</td><td><a href="#" hx-post="?event=Select&amp;value=%[1]d" hx-sync="main:queue all">%[2]s %[3]s %[4]s</a></td>`+
			`<td><button aria-label="Remove row %[1]d" hx-post="?event=Remove&amp;value=%[1]d" hx-sync="main:queue all">×</button></td></tr>`, i, word(), word(), word())
	}
	b.WriteString(`</hx-partial>`)
	return b.String()
}

// The bytes for a table of 1,000 rows are those of docs/decisions/0014.
func TestRowsAreMuchSmallerCompressed(t *testing.T) {
	data := rows(1000)
	for coding, bound := range map[string]int{"zstd": 16_000, "gzip": 21_000} {
		bubble(t, sse.Config{}, func(t *testing.T, s *site) {
			c := s.dial()
			c.get("/", "Accept-Encoding: "+coding)
			conn := <-s.opened
			conn.Send("1", []byte(data))
			conn.Finish(nil)
			sent, err := c.rest()
			if err != nil {
				t.Error(err)
			}
			t.Logf("%s: %d of %d bytes", coding, len(sent), len(data))
			if len(sent) > bound {
				t.Errorf("%s: %d bytes, more than %d", coding, len(sent), bound)
			}
			got, err := io.ReadAll(decoded(t, coding, strings.NewReader(sent)))
			if !strings.Contains(string(got), data) || err != nil {
				t.Errorf("%s: is read as something else, %v", coding, err)
			}
			c.Close()
		})
	}
}
