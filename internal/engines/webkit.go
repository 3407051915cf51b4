package engines

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// webkit is WebKitGTK's MiniBrowser, driven by WebDriver, in a display of its own.
type webkit struct {
	cmd     *exec.Cmd
	url     string // of the driver, then of the session
	home    string
	first   string // the handle of the window that stays
	session bool

	mu sync.Mutex // a command is for the window that is switched to
}

// WebKit starts WebKitGTK. The error is ErrMissing, wrapped, if the machine has no driver or no display server.
func WebKit(ctx context.Context) (Browser, error) {
	path, err := find("WebKitWebDriver")
	if err != nil {
		return nil, fmt.Errorf("WebKitWebDriver: %w", err)
	}
	display, err := find("xvfb-run")
	if err != nil {
		return nil, fmt.Errorf("xvfb-run: %w", err)
	}
	mini, _ := filepath.Glob("/usr/lib/*/webkit2gtk-4.*/MiniBrowser") // the pattern is good
	if len(mini) == 0 {
		return nil, fmt.Errorf("WebKit's MiniBrowser: %w", ErrMissing)
	}
	port, err := freePort(ctx)
	if err != nil {
		return nil, err
	}
	w := &webkit{url: "http://127.0.0.1:" + port}
	if w.home, err = os.MkdirTemp("", "sideband-webkit-"); err != nil {
		return nil, err
	}
	w.cmd = exec.CommandContext(context.WithoutCancel(ctx), display, "-a", path, "--port="+port)
	w.cmd.Env = append(os.Environ(), "LIBGL_ALWAYS_SOFTWARE=1", "WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS=1", "HOME="+w.home, "XDG_CACHE_HOME="+w.home, "XDG_DATA_HOME="+w.home)
	ownGroup(w.cmd)
	if err := w.cmd.Start(); err != nil {
		w.cmd = nil
		return nil, errors.Join(err, w.Close())
	}
	ctx, cancel := context.WithTimeout(ctx, startWait)
	defer cancel()
	if err := w.begin(ctx, mini[len(mini)-1]); err != nil {
		return nil, errors.Join(err, w.Close())
	}
	return w, nil
}

// freePort returns a port that nobody listens on.
func freePort(ctx context.Context) (string, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer func() { _ = l.Close() }()
	_, port, err := net.SplitHostPort(l.Addr().String())
	return port, err
}

// begin begins a session once the driver answers.
func (w *webkit) begin(ctx context.Context, browser string) error {
	capabilities := object{"alwaysMatch": object{"webkitgtk:browserOptions": object{"binary": browser, "args": []string{"--automation"}}}}
	for {
		var s struct{ SessionID string }
		err := w.do(ctx, http.MethodPost, "/session", object{"capabilities": capabilities}, &s)
		switch {
		case err == nil:
			w.url += "/session/" + s.SessionID
			w.session = true
			return w.do(ctx, http.MethodGet, "/window", nil, &w.first)
		case ctx.Err() != nil || !errors.Is(err, errUnreachable):
			return err
		}
		time.Sleep(50 * time.Millisecond) // the driver is starting
	}
}

var errUnreachable = errors.New("engines: the driver does not answer")

// do sends a command and reads its value.
func (w *webkit) do(ctx context.Context, method, path string, body, into any) error {
	var sent io.Reader
	if body != nil {
		data, err := json.Marshal(body)
		if err != nil {
			return err
		}
		sent = bytes.NewReader(data)
	}
	r, err := http.NewRequestWithContext(ctx, method, w.url+path, sent)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return errors.Join(errUnreachable, err)
	}
	defer func() { _ = resp.Body.Close() }()
	var answer struct{ Value json.RawMessage }
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
		return fmt.Errorf("engines: %s: %w", path, err)
	}
	if resp.StatusCode != http.StatusOK {
		var e struct{ Error, Message string }
		_ = json.Unmarshal(answer.Value, &e) // the status says enough
		return fmt.Errorf("engines: %s: %d %s: %.500s", path, resp.StatusCode, e.Error, e.Message)
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(answer.Value, into)
}

func (w *webkit) Name() string { return "WebKit" }

func (w *webkit) Close() error {
	if w.session {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		_ = w.do(ctx, http.MethodDelete, "", nil, nil) // its processes are killed anyway
	}
	if w.cmd != nil {
		endGroup(w.cmd)
		_ = w.cmd.Wait() // it was killed
	}
	return os.RemoveAll(w.home)
}

func (w *webkit) open(ctx context.Context) (driver, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	var n struct{ Handle string }
	if err := w.do(ctx, http.MethodPost, "/window", object{"handle": w.first}, nil); err != nil {
		return nil, err
	}
	if err := w.do(ctx, http.MethodPost, "/window/new", object{"type": "window"}, &n); err != nil { // a tab would be hidden
		return nil, err
	}
	return &webkitTab{w, n.Handle}, nil
}

// webkitTab is a window of the session.
type webkitTab struct {
	browser *webkit
	handle  string
}

// do sends a command for the tab.
func (t *webkitTab) do(ctx context.Context, method, path string, body, into any) error {
	t.browser.mu.Lock()
	defer t.browser.mu.Unlock()
	if err := t.browser.do(ctx, http.MethodPost, "/window", object{"handle": t.handle}, nil); err != nil {
		return err
	}
	return t.browser.do(ctx, method, path, body, into)
}

func (t *webkitTab) navigate(ctx context.Context, url string) error {
	return t.do(ctx, http.MethodPost, "/url", object{"url": url}, nil)
}

func (t *webkitTab) eval(ctx context.Context, expression string) (json.RawMessage, error) {
	var text string
	script := "return Promise.resolve(" + expression + ").then(v => JSON.stringify(v) ?? \"null\")"
	if err := t.do(ctx, http.MethodPost, "/execute/sync", object{"script": script, "args": []any{}}, &text); err != nil {
		return nil, err
	}
	return json.RawMessage(text), nil
}

func (t *webkitTab) perform(ctx context.Context, sources []source) error {
	return t.do(ctx, http.MethodPost, "/actions", object{"actions": sources}, nil)
}

// elementKey is WebDriver's name of a reference to an element.
const elementKey = "element-6066-11e4-a52e-4f735466cecf"

func (t *webkitTab) setFiles(ctx context.Context, selector string, files []string) error {
	var e map[string]string
	if err := t.do(ctx, http.MethodPost, "/element", object{"using": "css selector", "value": selector}, &e); err != nil {
		return err
	}
	return t.do(ctx, http.MethodPost, "/element/"+e[elementKey]+"/value", object{"text": strings.Join(files, "\n")}, nil)
}

// activate does nothing: windows do not hide each other.
func (t *webkitTab) activate(context.Context) error { return nil }

// errors is nothing: WebDriver does not tell.
func (t *webkitTab) errors() []string { return nil }

func (t *webkitTab) close(ctx context.Context) error {
	return t.do(ctx, http.MethodDelete, "/window", nil, nil)
}

// sibling opens another tab with the same cookies.
func (t *webkitTab) sibling(ctx context.Context) (driver, error) { return t.browser.open(ctx) }
