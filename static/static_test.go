package static_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/sideband-go/sideband/static"
)

// maxClientBytes is what browsers may have to load of the kit, by gzip.
const maxClientBytes = 16_500

func TestVendoredFilesAreWhatTheirChecksumsSay(t *testing.T) {
	list, err := os.ReadFile("CHECKSUMS")
	if err != nil {
		t.Fatal(err)
	}
	if !regexp.MustCompile(`(?m)^# htmx\.org \d+\.\d+\.\d+$`).Match(list) {
		t.Error("CHECKSUMS names no version of htmx")
	}
	var listed []string
	for line := range strings.Lines(string(list)) {
		want, name, ok := strings.Cut(strings.TrimSpace(line), "  ")
		if strings.HasPrefix(line, "#") || !ok {
			continue
		}
		listed = append(listed, name)
		data, err := os.ReadFile(name)
		if err != nil {
			t.Error(err)
			continue
		}
		if sum := sha256.Sum256(data); hex.EncodeToString(sum[:]) != want {
			t.Errorf("%s has changed since it was vendored: ./vendor.sh brings it back", name)
		}
	}
	for _, name := range append(static.Names(), "LICENSE.htmx") {
		ours := name == "icon.svg" || name == "sideband.css" || name == "commands.css" || name == "sideband-commands.css" || name == "htmx-sse.js" || name == "htmx-csp-sse.js"
		if !ours && !slices.Contains(listed, name) {
			t.Errorf("CHECKSUMS does not list %s", name)
		}
	}
}

// read returns one of the kit's own files as it is served.
func read(name string) string {
	w := httptest.NewRecorder()
	static.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/"+static.Path(name), nil))
	return w.Body.String()
}

// A rule that looks into the page restyles elements of the application whenever one of them changes.
func TestTheStylesheetDoesNotLookIntoThePage(t *testing.T) {
	css := read("sideband.css")
	for _, rule := range regexp.MustCompile(`(?s)/\*.*?\*/`).Split(css, -1) {
		if strings.Contains(strings.ReplaceAll(rule, "form:has(", ""), ":has(") { // a form is the only element that is asked
			t.Errorf("%s", rule)
		}
	}
}

// Pages load one file; what is in it is what was vendored.
func TestTheScriptIsBothFilesInOrder(t *testing.T) {
	if read("htmx-csp-sse.js") != read("htmx.min.js")+"\n;"+read("hx-csp.min.js")+"\n;"+read("hx-sse.min.js") {
		t.Error("htmx-csp-sse.js is something else")
	}
	if read("htmx-sse.js") != read("htmx.min.js")+"\n;"+read("hx-sse.min.js") {
		t.Error("htmx-sse.js is something else")
	}
}

func TestClientBytesStayWithinTheirBound(t *testing.T) {
	sum := 0
	for _, name := range []string{"htmx.min.js", "hx-sse.min.js"} {
		size := static.SizeOf(name)
		t.Logf("%-14s %6d bytes, gzip %6d, zstd %6d", name, size.Plain, size.Gzip, size.Zstd)
		sum += size.Gzip
	}
	t.Logf("client bytes by gzip: %d", sum)
	if sum > maxClientBytes {
		t.Errorf("%d bytes, the bound is %d", sum, maxClientBytes)
	}
}

var some = fstest.MapFS{
	"app.css":        {Data: bytes.Repeat([]byte("p { margin: 0 }\n"), 100)},
	"js/app.min.js":  {Data: bytes.Repeat([]byte("let x = 1;\n"), 100)},
	"tiny.txt":       {Data: []byte("x")},
	"empty.svg":      {Data: nil},
	"font.woff2":     {Data: []byte("wOF2")},
	"data.unknown-x": {Data: []byte("?")},
	"README":         {Data: []byte("no extension")},
}

func request(h http.Handler, method, target string, header ...string) *http.Response {
	r := httptest.NewRequest(method, target, nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Add(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

func TestFilesAreServedUnderHashedNamesForEver(t *testing.T) {
	f := static.New(some)
	for name, want := range map[string]struct{ path, contentType string }{
		"app.css":        {`^app\.[0-9a-f]{16}\.css$`, "text/css; charset=utf-8"},
		"js/app.min.js":  {`^js/app\.min\.[0-9a-f]{16}\.js$`, "text/javascript; charset=utf-8"},
		"tiny.txt":       {`^tiny\.[0-9a-f]{16}\.txt$`, "text/plain; charset=utf-8"},
		"empty.svg":      {`^empty\.[0-9a-f]{16}\.svg$`, "image/svg+xml"},
		"font.woff2":     {`^font\.[0-9a-f]{16}\.woff2$`, "font/woff2"},
		"data.unknown-x": {`^data\.[0-9a-f]{16}\.unknown-x$`, "application/octet-stream"},
		"README":         {`^README\.[0-9a-f]{16}$`, "application/octet-stream"},
	} {
		path := f.Path(name)
		if !regexp.MustCompile(want.path).MatchString(path) {
			t.Errorf("%s: path %q", name, path)
		}
		resp := request(f.Handler(), http.MethodGet, "/"+path)
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		if resp.StatusCode != http.StatusOK || !bytes.Equal(body, some[name].Data) {
			t.Errorf("%s: status %d, %d bytes", name, resp.StatusCode, len(body))
		}
		for header, want := range map[string]string{
			"Content-Type":           want.contentType,
			"Cache-Control":          "public, max-age=31536000, immutable",
			"X-Content-Type-Options": "nosniff",
			"Vary":                   "Accept-Encoding",
			"Content-Encoding":       "",
			"Content-Length":         strconv.Itoa(len(body)),
		} {
			if got := resp.Header.Get(header); got != want {
				t.Errorf("%s: %s is %q, want %q", name, header, got, want)
			}
		}

		head := request(f.Handler(), http.MethodHead, "/"+path)
		body, err = io.ReadAll(head.Body)
		if err != nil {
			t.Fatal(err)
		}
		if head.StatusCode != http.StatusOK || len(body) > 0 || head.Header.Get("Content-Length") != resp.Header.Get("Content-Length") {
			t.Errorf("%s: HEAD answered %d %v with %d bytes", name, head.StatusCode, head.Header, len(body))
		}
	}
}

func TestHashedNamesFollowTheContent(t *testing.T) {
	one := static.New(fstest.MapFS{"a.js": {Data: []byte("1")}, "b.js": {Data: []byte("1")}})
	two := static.New(fstest.MapFS{"a.js": {Data: []byte("2")}, "b.js": {Data: []byte("1")}})
	if one.Path("a.js") == two.Path("a.js") {
		t.Error("other content has the same name")
	}
	if one.Path("b.js") != two.Path("b.js") {
		t.Error("the same content has another name")
	}
}

func TestWhatIsNotThereIsNotKept(t *testing.T) {
	f := static.New(some)
	hashed := f.Path("app.css")
	for _, target := range []string{"/", "/app.css", "/x." + hashed, "/js/" + hashed, "/js", "/js/", "/" + hashed + "/", "//" + hashed, "/../app.css", "/js/../" + hashed} {
		resp := request(f.Handler(), http.MethodGet, target)
		if resp.StatusCode != http.StatusNotFound || resp.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %d, %q", target, resp.StatusCode, resp.Header.Get("Cache-Control"))
		}
	}
}

func TestOtherMethodsAreRefused(t *testing.T) {
	f := static.New(some)
	for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodOptions} {
		resp := request(f.Handler(), method, "/"+f.Path("app.css"))
		if resp.StatusCode != http.StatusMethodNotAllowed || resp.Header.Get("Allow") != "GET, HEAD" {
			t.Errorf("%s: %d, allowed %q", method, resp.StatusCode, resp.Header.Get("Allow"))
		}
	}
}

func TestTheClientChoosesTheCoding(t *testing.T) {
	f := static.New(some)
	size := f.SizeOf("app.css")
	if size.Zstd >= size.Gzip || size.Gzip >= size.Plain {
		t.Fatalf("the file does not suit this test: %+v", size)
	}
	for accept, want := range map[string]string{
		"":                         "",
		"gzip":                     "gzip",
		"zstd":                     "zstd",
		"gzip, deflate, br, zstd":  "zstd",
		"gzip, deflate, br":        "gzip",
		"gzip;q=1.0, zstd;q=0.5":   "gzip",
		"gzip;q=0":                 "",
		"*":                        "",
		"identity, gzip;q=0.5":     "",
		"identity;q=0, gzip;q=0.1": "gzip",
	} {
		resp := request(f.Handler(), http.MethodGet, "/"+f.Path("app.css"), "Accept-Encoding", accept)
		if got := resp.Header.Get("Content-Encoding"); got != want {
			t.Errorf("%q: sent as %q, want %q", accept, got, want)
		}
		checkBody(t, resp, some["app.css"].Data)
	}
	resp := request(f.Handler(), http.MethodGet, "/"+f.Path("app.css"), "Accept-Encoding", "br", "Accept-Encoding", "gzip")
	if got := resp.Header.Get("Content-Encoding"); got != "gzip" {
		t.Errorf("two lines: sent as %q", got)
	}
	for _, name := range []string{"tiny.txt", "empty.svg"} {
		resp := request(f.Handler(), http.MethodGet, "/"+f.Path(name), "Accept-Encoding", "gzip, zstd")
		if got := resp.Header.Get("Content-Encoding"); got != "" {
			t.Errorf("%s: sent as %q, which makes it larger", name, got)
		}
	}
}

// Browsers ask again for a file that they have when the user reloads by force, and for the
// parts of a film one by one.
func TestWhatABrowserHasIsNotSentAgain(t *testing.T) {
	f := static.New(some)
	tags := map[string]bool{}
	for _, coding := range []string{"", "gzip", "zstd"} {
		resp := request(f.Handler(), http.MethodGet, "/"+f.Path("app.css"), "Accept-Encoding", coding)
		tag := resp.Header.Get("ETag")
		tags[tag] = true
		resp = request(f.Handler(), http.MethodGet, "/"+f.Path("app.css"), "Accept-Encoding", coding, "If-None-Match", tag)
		if h := resp.Header; resp.StatusCode != http.StatusNotModified || h.Get("ETag") != tag || h.Get("Vary") == "" || h.Get("Cache-Control") == "" {
			t.Errorf("%q: %d %v", coding, resp.StatusCode, h)
		}
	}
	if len(tags) != 3 || tags[""] {
		t.Errorf("each form has a tag of its own: %v", tags)
	}
	resp := request(f.Handler(), http.MethodGet, "/"+f.Path("app.css"), "Range", "bytes=2-5")
	if resp.StatusCode != http.StatusPartialContent {
		t.Errorf("status %d", resp.StatusCode)
	}
	checkBody(t, resp, some["app.css"].Data[2:6])
}

func checkBody(t *testing.T, resp *http.Response, want []byte) {
	t.Helper()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	if length := resp.Header.Get("Content-Length"); length != strconv.Itoa(len(body)) {
		t.Errorf("length %s of %d bytes", length, len(body))
	}
	switch resp.Header.Get("Content-Encoding") {
	case "gzip":
		r, err := gzip.NewReader(bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		if body, err = io.ReadAll(r); err != nil {
			t.Fatal(err)
		}
	case "zstd":
		r, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1))
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		if body, err = r.DecodeAll(body, nil); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(body, want) {
		t.Errorf("%d bytes arrived of %d", len(body), len(want))
	}
}

func TestManyMayAskAtOnce(t *testing.T) {
	f := static.New(some)
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			resp := request(f.Handler(), http.MethodGet, "/"+f.Path("js/app.min.js"), "Accept-Encoding", "zstd")
			checkBody(t, resp, some["js/app.min.js"].Data)
		})
	}
	wg.Wait()
}

func TestUnknownNamesPanicAndSayWhatThereIs(t *testing.T) {
	for _, call := range []func(){
		func() { static.Path("htmx.js") },
		func() { static.SizeOf("htmx.js") },
	} {
		func() {
			defer func() {
				message, _ := recover().(string)
				if !strings.Contains(message, `"htmx.js"`) || !strings.Contains(message, "there are commands.css, htmx-csp-sse.js, htmx-sse.js, htmx.min.js, hx-csp.min.js, hx-sse.min.js, icon.svg, sideband-commands.css, sideband.css") {
					t.Errorf("panic %q", message)
				}
			}()
			call()
		}()
	}
}

func TestNamesBelongToTheCaller(t *testing.T) {
	static.Names()[0] = "changed"
	if static.Names()[0] != "commands.css" {
		t.Error("the list can be changed from outside")
	}
}

func BenchmarkServe(b *testing.B) {
	h, target := static.Handler(), "/"+static.Path("htmx.min.js")
	r := httptest.NewRequest(http.MethodGet, target, nil)
	r.Header.Set("Accept-Encoding", "gzip, deflate, br, zstd")
	b.ReportAllocs()
	for b.Loop() {
		h.ServeHTTP(httptest.NewRecorder(), r)
	}
	b.ReportMetric(float64(static.SizeOf("htmx.min.js").Gzip+static.SizeOf("hx-sse.min.js").Gzip), "client-gzip-bytes")
}
