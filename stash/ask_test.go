package stash_test

import (
	"bufio"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// client is a page without a browser, which decides itself what it sends when.
type client struct {
	t      *testing.T
	http   *http.Client
	site   *process
	ticket string
}

var (
	ticketPattern = regexp.MustCompile(`Sideband-Ticket&#34;:&#34;([\w-]+)`)
	statePattern  = regexp.MustCompile(`name="sb-stash" value="([\w-]+)"`)
)

func openClient(t *testing.T, s *process) *client {
	t.Helper()
	jar, _ := cookiejar.New(nil)
	c := &client{t: t, http: &http.Client{Jar: jar, Timeout: 30 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}, site: s}
	r, err := c.http.Get(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	page, _ := io.ReadAll(r.Body)
	found := ticketPattern.FindSubmatch(page)
	if found == nil {
		t.Fatalf("no ticket in %s", page)
	}
	c.ticket = string(found[1])
	return c
}

func (c *client) request(method, query string, fields url.Values) *http.Response {
	c.t.Helper()
	q, _ := http.NewRequestWithContext(c.t.Context(), method, c.site.URL+"/"+query, strings.NewReader(fields.Encode()))
	if method == http.MethodGet {
		q.Body, q.ContentLength = nil, 0
	}
	q.Header.Set("Sideband-Ticket", c.ticket)
	q.Header.Set("HX-Request", "true")
	q.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r, err := c.http.Do(q)
	if err != nil {
		c.t.Error(err)
		return &http.Response{Body: http.NoBody}
	}
	return r
}

// post sends an event, or a state, and returns the answer.
func (c *client) post(query string, fields url.Values) (status int, body string) {
	c.t.Helper()
	r := c.request(http.MethodPost, query, fields)
	defer r.Body.Close()
	text, _ := io.ReadAll(r.Body)
	return r.StatusCode, string(text)
}

// connection reads a connection line by line.
func (c *client) connection() (lines *bufio.Scanner, end func()) {
	c.t.Helper()
	r := c.request(http.MethodGet, "?sideband=stream", nil)
	s := bufio.NewScanner(r.Body)
	s.Buffer(nil, 1<<20)
	return s, func() { r.Body.Close() }
}

// state makes the page change what it keeps, and returns that.
func (c *client) state(events ...string) string {
	c.t.Helper()
	lines, end := c.connection()
	defer end()
	for _, e := range events {
		if status, body := c.post("?event="+e, nil); status != http.StatusNoContent {
			c.t.Fatalf("%s: %d %s", e, status, body)
		}
	}
	state := ""
	for pending := c.site.kit.Stats; lines.Scan(); {
		if found := statePattern.FindStringSubmatch(lines.Text()); found != nil {
			state = found[1]
		}
		if state != "" && pending().StashPending == 0 {
			return state
		}
	}
	c.t.Fatal("the connection is over")
	return ""
}

// Case 304: events and connections that find no view wait for the page's state, and one of them mounts it.
func TestRequestsWaitForThePagesState(t *testing.T) {
	t.Parallel()
	s := newProcess(t)
	c := openClient(t, s)
	state := c.state("Next")
	k := s.replace()

	lines, end := c.connection()
	defer end()
	asked := false
	for !asked && lines.Scan() {
		asked = strings.Contains(lines.Text(), `hx-post="?stash="`)
	}
	if !asked {
		t.Fatal("the page was not asked")
	}
	if n := k.Stats().Remounts; n != 0 {
		t.Fatalf("%d views are mounted before the page has answered", n)
	}
	var done sync.WaitGroup
	for range 4 { // two of them before the answer, most likely; all of them run after it
		done.Go(func() {
			if status, body := c.post("?event=Next", nil); status != http.StatusOK && status != http.StatusNoContent {
				t.Errorf("an event: %d %s", status, body)
			}
		})
		done.Go(func() {
			if status, body := c.post("?stash=", url.Values{"sb-stash": {state}}); status != http.StatusNoContent {
				t.Errorf("the state: %d %s", status, body)
			}
		})
	}
	done.Wait()
	for lines.Scan() { // it ends, so that the page connects again
	}
	st := k.Stats()
	if st.Remounts != 1 || st.StashRecovered != 1 || st.Events != 4 {
		t.Errorf("%+v", st)
	}
	lines, end = c.connection()
	defer end()
	for lines.Scan() {
		if strings.Contains(lines.Text(), "Step 6") {
			return
		}
	}
	t.Error("the page is not at step 6")
}

// Case 305: what a page sends is bound to its view and unchanged, or it is not used, and the view starts with its defaults.
func TestStatesOfOthersAreRefused(t *testing.T) {
	t.Parallel()
	s := newProcess(t)
	c, other := openClient(t, s), openClient(t, s)
	mine, theirs := c.state("Next"), other.state("Next", "Next")
	changed := []byte(mine)
	if changed[len(changed)/2]++; changed[len(changed)/2] > 'z' {
		changed[len(changed)/2] = 'a'
	}
	for name, text := range map[string]string{
		"another's": theirs, "a changed one": string(changed), "a part": mine[:len(mine)/2], "text": "<script>", "zeros": strings.Repeat("A", 4000),
		"a large one": strings.Repeat("A", 100_000), "a ticket": c.ticket,
	} {
		k := s.replace()
		if status, body := c.post("?stash=", url.Values{"sb-stash": {text}}); status != http.StatusNoContent {
			t.Errorf("%s: %d %s", name, status, body)
		}
		if st := k.Stats(); st.StashFailed != 1 || st.StashRecovered != 0 || st.Remounts != 1 {
			t.Errorf("%s: %+v", name, st)
		}
	}
	k := s.replace()
	if c.post("?stash=", url.Values{"sb-stash": {mine}}); k.Stats().StashRecovered != 1 {
		t.Errorf("its own: %+v", k.Stats())
	}
}

// Case 304: a change that waits for the next refresh is in the page when its connection ends.
func TestShutdownSendsThePageItsState(t *testing.T) {
	t.Parallel()
	s := newProcess(t)
	c := openClient(t, s)
	lines, end := c.connection()
	defer end()
	for _, e := range []string{"Next", "Next", "Next"} { // the first one is sent at once
		if status, body := c.post("?event="+e, nil); status != http.StatusNoContent {
			t.Fatalf("%d %s", status, body)
		}
	}
	if err := s.kit.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := s.kit.Stats().StashPending; n != 0 {
		t.Errorf("%d pages have yet to get their state", n)
	}
	state := ""
	for lines.Scan() {
		if found := statePattern.FindStringSubmatch(lines.Text()); found != nil {
			state = found[1]
		}
	}
	s.replace()
	if status, body := c.post("?stash=", url.Values{"sb-stash": {state}}); status != http.StatusNoContent {
		t.Fatalf("%d %s", status, body)
	}
	lines, end = c.connection()
	defer end()
	for lines.Scan() {
		if found := regexp.MustCompile(`Step \d`).FindString(lines.Text()); found != "" {
			if found != "Step 4" {
				t.Errorf("the next process has %s", found)
			}
			return
		}
	}
	t.Error("the next process has no step")
}
