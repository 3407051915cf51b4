package htmxdom

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/html"
)

// Request is what htmx asks of a server for an element of the page. Document.Request
// makes it, and Document.Answer does what comes of it.
type Request struct {
	Source *html.Node
	Method string
	// URL is absolute.
	URL *url.URL
	// Header holds what htmx sets itself and what hx-headers says.
	Header http.Header
	// Anchor is the fragment of what the element asks for; it is not sent.
	Anchor string
	// Body is empty for a method that puts its fields into the query, and if there are Parts: those with files.
	Body  string
	Parts *Parts
	// Sync is the element on which requests wait for each other, Strategy how:
	// "queue first" and so on.
	Sync     *html.Node
	Strategy string
	// Timeout is 0 for none.
	Timeout time.Duration
	// Confirm is the question to ask before, empty for none.
	Confirm string
	// EventSource holds what hx-config says to hx-sse of an event source element.
	EventSource EventSourceOptions

	x        *exchange
	relative string // what a body is posted to, as it is written
}

// Locate resolves the address that a body is posted to. Browsers do so when it is sent: it may have waited, and the
// page's address, at, may have changed meanwhile.
func (r *Request) Locate(at *url.URL) {
	if r.relative == "" {
		return
	}
	if u, err := at.Parse(r.relative); err == nil {
		u.Fragment = ""
		r.URL = u
	}
}

// Request makes the request of a source whose hx-get, hx-post and so on was
// triggered on a page at an address. submitter is the button that submitted a form, else nil. The
// request is nil if htmx sends none, since a control of the form is not valid. An error is
// what makes htmx throw.
func (d *Document) Request(source, submitter *html.Node, at *url.URL) (*Request, error) {
	method, action := d.action(source)
	return d.request(source, submitter, method, action, at)
}

// Get makes the request of htmx.ajax("GET", path) for a source.
func (d *Document) Get(path string, source *html.Node, at *url.URL) (*Request, error) {
	return d.request(source, nil, http.MethodGet, path, at)
}

// action is htmx's determineMethodAndAction, without boosting.
func (d *Document) action(n *html.Node) (method, action string) {
	method, _ = d.attributeValue(n, "hx-method", d.config.implicitInheritance)
	if action, _ = d.attributeValue(n, "hx-action", false); action == "" {
		for _, verb := range []string{"get", "post", "put", "patch", "delete", "query"} {
			if a, ok := d.attributeValue(n, "hx-"+verb, false); ok {
				method, action = verb, a
				break
			}
		}
	}
	if method == "" {
		method = attrOr(n, "method", "GET")
	}
	return strings.ToUpper(method), action
}

func (d *Document) request(source, submitter *html.Node, method, action string, at *url.URL) (r *Request, err error) {
	defer catch(&err)
	if strings.HasPrefix(action, "js:") || strings.HasPrefix(action, "javascript:") {
		return nil, fmt.Errorf("htmxdom: %q is a script", action)
	}
	action, anchor, _ := strings.Cut(action, "#")
	anchor, _, _ = strings.Cut(anchor, "#")
	r = &Request{Source: source, Method: method, Header: http.Header{}, Anchor: anchor, x: d.exchange(source)}
	r.Header.Set("HX-Request", "true")
	r.Header.Set("HX-Source", identifier(source))
	r.Header.Set("HX-Current-URL", at.String())
	r.Header.Set("Accept", "text/html, text/event-stream")
	kind := "partial"
	if r.x.target != nil {
		r.Header.Set("HX-Target", identifier(r.x.target))
		if r.x.target == d.Body() || r.x.selectSel != "" {
			kind = "full"
		}
	}
	r.Confirm = d.inherited(source, "hx-confirm")
	if r.Timeout, r.EventSource, err = d.requestOptions(source); err != nil {
		return nil, err
	}
	r.Sync, r.Strategy = d.sync(source)

	query := strings.Contains(method, "GET") || strings.Contains(method, "DELETE")
	form := d.posts(source, query)
	if d.validates(source, submitter) && form != nil && len(d.Invalid(form)) > 0 {
		return nil, nil
	}
	body := d.collect(source, form, submitter, query)
	vals, err := parseHCON(d.inherited(source, "hx-vals"))
	if err != nil {
		return nil, err
	}
	for _, name := range slices.Sorted(maps.Keys(vals)) { // htmx has them as they are written
		body.set(name, text(vals[name]))
	}
	headers, err := parseHCON(d.inherited(source, "hx-headers"))
	if err != nil {
		return nil, err
	}
	for name, v := range headers {
		r.Header.Set(name, text(v))
	}
	r.Header.Set("HX-Request-Type", kind)
	if r.URL, err = at.Parse(action); err != nil {
		return nil, fmt.Errorf("htmxdom: %w", err)
	}
	r.URL.Fragment = ""
	if !query {
		r.relative = action
		encoding, set := d.attributeValue(source, "hx-encoding", d.config.implicitInheritance)
		if !set && form != nil {
			encoding = strings.ToLower(attrOr(form, "enctype", ""))
		}
		content := urlencoded + ";charset=UTF-8"
		if r.Body = body.encode(); encoding == multiparts {
			r.Body, r.Parts, content = body.encodeParts()
		}
		r.Header.Set("Content-Type", content)
	} else if len(body) > 0 {
		r.URL.RawQuery = body.over(r.URL.RawQuery).encode()
	}
	return r, nil
}

// posts is the form whose fields a request brings along; nil for none.
func (d *Document) posts(source *html.Node, query bool) *html.Node {
	switch {
	case isHTML(source, "form"):
		return source
	case query:
		return nil
	case isField(source) || isHTML(source, "fieldset"):
		if form := d.formOwner(source); form != nil {
			return form
		}
	}
	return closest(source, "form")
}

// validates reports whether htmx checks the form before it sends a request.
func (d *Document) validates(source, submitter *html.Node) bool {
	if set, ok := d.attributeValue(source, "hx-validate", false); ok {
		return set == "true"
	}
	return isHTML(source, "form") && Validates(source, submitter)
}

// identifier is how htmx names an element in a header.
func identifier(n *html.Node) string {
	if id := idOf(n); id != "" {
		return n.Data + "#" + encodeURI(id)
	}
	return n.Data
}

// encodeURI is JavaScript's.
func encodeURI(s string) string {
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte(";,/?:@&=+$#-_.!~*'()", c) >= 0 {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

// EventSourceOptions is how hx-sse keeps an event source.
type EventSourceOptions struct {
	// Delay is the wait before the first reconnect; it doubles up to MaxDelay. Both vary by Jitter.
	Delay, MaxDelay time.Duration
	Jitter          float64
	// Pause says that a hidden page has no event source.
	Pause bool
}

// requestOptions reads hx-config.
func (d *Document) requestOptions(n *html.Node) (timeout time.Duration, s EventSourceOptions, err error) {
	set, err := parseHCON(d.inherited(n, "hx-config"))
	if err != nil {
		return 0, s, err
	}
	timeout = milliseconds(d.config.timeout)
	if v, ok := set["timeout"]; ok && v != nil {
		timeout = milliseconds(interval(v))
	}
	s = EventSourceOptions{Delay: 500 * time.Millisecond, MaxDelay: time.Minute, Jitter: 0.3, Pause: true}
	own, _ := set["sse"].(map[string]any)
	if v, ok := own["reconnectDelay"]; ok {
		s.Delay = milliseconds(interval(v))
	}
	if v, ok := own["reconnectMaxDelay"]; ok {
		s.MaxDelay = milliseconds(interval(v))
	}
	if v, ok := own["reconnectJitter"].(float64); ok {
		s.Jitter = v
	}
	if v, ok := own["pauseOnBackground"]; ok {
		s.Pause = truthy(v)
	}
	return timeout, s, nil
}

func milliseconds(ms float64) time.Duration { return time.Duration(ms * float64(time.Millisecond)) }

var strategies = regexp.MustCompile(`^(drop|abort|replace|queue)`)

// Queue reads hx-sync of an element as it stands: where requests wait for each other, and how.
func (d *Document) Queue(n *html.Node) (on *html.Node, strategy string) {
	var err error
	defer catch(&err)
	return d.sync(n)
}

// sync reads hx-sync.
func (d *Document) sync(n *html.Node) (on *html.Node, strategy string) {
	on, strategy = n, "queue first"
	set := d.inherited(n, "hx-sync")
	if set == "" {
		return on, strategy
	}
	selector := set
	if i := strings.LastIndexByte(set, ':'); i >= 0 {
		selector = strings.TrimFunc(set[:i], isSpace)
	} else if strategies.MatchString(set) {
		selector = ""
	}
	if found := d.findFor(n, selector, "hx-sync"); len(found) > 0 {
		on = found[0]
	}
	if s := strings.TrimFunc(set[strings.LastIndexByte(set, ':')+1:], isSpace); strategies.MatchString(s) {
		strategy = s
	}
	return on, strategy
}

// findFor is findAll for the value of an attribute, where "this" is the element that has it.
func (d *Document) findFor(n *html.Node, selector, attr string) []*html.Node {
	if strings.TrimFunc(selector, isSpace) != "this" {
		return d.findAll(n, selector)
	}
	for e := n; e != nil; e = d.heir(e, attr, d.config.implicitInheritance) {
		for _, name := range []string{attr, attr + ":inherited", attr + ":append", attr + ":inherited:append"} {
			v, ok := d.hxAttr(e, name)
			if !ok {
				continue
			}
			for _, part := range strings.FieldsFunc(v, func(r rune) bool { return r == ',' || r == ':' }) {
				if strings.TrimFunc(part, isSpace) == "this" {
					return []*html.Node{e}
				}
			}
		}
	}
	return nil
}
