package engines

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"

	"github.com/coder/websocket"
)

// firefox is Firefox, driven by WebDriver BiDi.
type firefox struct {
	cmd     *exec.Cmd
	profile string
	conn    *websocket.Conn
	end     context.CancelFunc

	mu      sync.Mutex
	last    int
	waiting map[int]chan reply
	logs    map[string][]string // by context
	broken  error
}

type reply struct {
	Type    string          `json:"type"`
	ID      *int            `json:"id"`
	Result  json.RawMessage `json:"result"`
	Error   string          `json:"error"`
	Message string          `json:"message"`
	Method  string          `json:"method"`
	Params  json.RawMessage `json:"params"`
}

var listening = regexp.MustCompile(`WebDriver BiDi listening on (ws://\S+)`)

// prefs are for a profile that asks nothing and fetches nothing.
const prefs = `user_pref("browser.shell.checkDefaultBrowser", false);
user_pref("browser.startup.page", 0);
user_pref("browser.aboutwelcome.enabled", false);
user_pref("datareporting.policy.dataSubmissionEnabled", false);
user_pref("toolkit.telemetry.enabled", false);
user_pref("app.update.enabled", false);
user_pref("extensions.update.enabled", false);
user_pref("network.captive-portal-service.enabled", false);
user_pref("network.connectivity-service.enabled", false);
user_pref("browser.safebrowsing.malware.enabled", false);
user_pref("browser.safebrowsing.phishing.enabled", false);
user_pref("services.settings.server", "data:,none");
`

// Firefox starts Firefox without a window. The error is ErrMissing, wrapped, if the machine has none.
func Firefox(ctx context.Context) (Browser, error) {
	path, err := find("firefox-esr", "firefox")
	if err != nil {
		return nil, fmt.Errorf("firefox: %w", err)
	}
	profile, err := os.MkdirTemp("", "sideband-firefox-")
	if err != nil {
		return nil, err
	}
	f := &firefox{profile: profile, waiting: map[int]chan reply{}, logs: map[string][]string{}}
	if err := f.start(ctx, path); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

func (f *firefox) start(ctx context.Context, path string) error {
	if err := os.WriteFile(filepath.Join(f.profile, "user.js"), []byte(prefs), 0o600); err != nil {
		return err
	}
	cmd := exec.CommandContext(context.WithoutCancel(ctx), path, "--headless", "--no-remote", "--profile", f.profile, "--remote-debugging-port", "0")
	ownGroup(cmd)
	stderr, err := cmd.StderrPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	f.cmd = cmd
	address := make(chan string, 1)
	go func() {
		defer close(address)
		lines := bufio.NewScanner(stderr)
		for lines.Scan() {
			if m := listening.FindStringSubmatch(lines.Text()); m != nil {
				address <- m[1]
				break
			}
		}
		_, _ = io.Copy(io.Discard, stderr) // it ends with the browser
	}()
	ctx, cancel := context.WithTimeout(ctx, startWait)
	defer cancel()
	var url string
	select {
	case url = <-address:
	case <-ctx.Done():
		return fmt.Errorf("engines: Firefox does not start: %w", ctx.Err())
	}
	if url == "" {
		return errors.New("engines: Firefox ended before it said where it listens")
	}
	f.conn, _, err = websocket.Dial(ctx, strings.TrimSuffix(url, "/")+"/session", nil) //nolint:bodyclose // it has none
	if err != nil {
		return fmt.Errorf("engines: Firefox: %w", err)
	}
	f.conn.SetReadLimit(64 << 20)
	var life context.Context
	life, f.end = context.WithCancel(context.Background())
	go f.read(life)
	if err := f.do(ctx, "session.new", object{"capabilities": object{}}, nil); err != nil {
		return err
	}
	return f.do(ctx, "session.subscribe", object{"events": []string{"log.entryAdded"}}, nil)
}

type object map[string]any

// read takes what the browser says.
func (f *firefox) read(ctx context.Context) {
	for {
		_, data, err := f.conn.Read(ctx)
		var r reply
		if err == nil {
			err = json.Unmarshal(data, &r)
		}
		f.mu.Lock()
		switch {
		case err != nil:
			f.broken = fmt.Errorf("engines: Firefox: %w", err)
			for _, w := range f.waiting {
				close(w)
			}
			f.waiting = map[int]chan reply{}
		case r.ID != nil:
			if w := f.waiting[*r.ID]; w != nil {
				delete(f.waiting, *r.ID)
				w <- r
			}
		case r.Method == "log.entryAdded":
			f.note(r.Params)
		}
		f.mu.Unlock()
		if err != nil {
			return
		}
	}
}

// note keeps an entry of the log that is an error.
func (f *firefox) note(params json.RawMessage) {
	var e struct {
		Level, Text string
		Source      struct{ Context string }
	}
	if json.Unmarshal(params, &e) == nil && e.Level == "error" {
		f.logs[e.Source.Context] = append(f.logs[e.Source.Context], e.Text)
	}
}

// do sends a command and waits for its result.
func (f *firefox) do(ctx context.Context, method string, params object, into any) error {
	f.mu.Lock()
	if f.broken != nil {
		f.mu.Unlock()
		return f.broken
	}
	f.last++
	id, answer := f.last, make(chan reply, 1)
	f.waiting[id] = answer
	f.mu.Unlock()
	data, err := json.Marshal(object{"id": id, "method": method, "params": params})
	if err == nil {
		err = f.conn.Write(ctx, websocket.MessageText, data)
	}
	if err != nil {
		return fmt.Errorf("engines: %s: %w", method, err)
	}
	select {
	case r, ok := <-answer:
		switch {
		case !ok:
			return f.broken
		case r.Type == "error":
			return fmt.Errorf("engines: %s: %s: %s", method, r.Error, r.Message)
		case into != nil:
			return json.Unmarshal(r.Result, into)
		}
		return nil
	case <-ctx.Done():
		return fmt.Errorf("engines: %s: %w", method, ctx.Err())
	}
}

func (f *firefox) Name() string { return "Firefox" }

func (f *firefox) Close() error {
	var errs []error
	if f.conn != nil {
		f.end()
		_ = f.conn.CloseNow() // the process ends
	}
	if f.cmd != nil {
		endGroup(f.cmd)
		_ = f.cmd.Wait() // it was killed
	}
	return errors.Join(append(errs, os.RemoveAll(f.profile))...)
}

func (f *firefox) open(ctx context.Context) (driver, error) {
	// A context of its own has cookies of its own.
	var user struct{ UserContext string }
	if err := f.do(ctx, "browser.createUserContext", object{}, &user); err != nil {
		return nil, err
	}
	return f.openIn(ctx, user.UserContext)
}

func (f *firefox) openIn(ctx context.Context, user string) (driver, error) {
	t := &firefoxTab{browser: f, user: user}
	var tab struct{ Context string }
	err := f.do(ctx, "browsingContext.create", object{"type": "tab", "userContext": user}, &tab)
	t.context = tab.Context
	return t, err
}

// firefoxTab is a tab of Firefox.
type firefoxTab struct {
	browser       *firefox
	context, user string
}

func (t *firefoxTab) navigate(ctx context.Context, url string) error {
	return t.browser.do(ctx, "browsingContext.navigate", object{"context": t.context, "url": url, "wait": "complete"}, nil)
}

// evaluated is what an evaluation gives.
type evaluated struct {
	Type   string
	Result struct {
		Type  string
		Value json.RawMessage
	}
	ExceptionDetails struct{ Text string }
}

func (t *firefoxTab) eval(ctx context.Context, expression string) (json.RawMessage, error) {
	var r evaluated
	err := t.browser.do(ctx, "script.evaluate", object{
		"expression": "(async () => JSON.stringify(await (" + expression + ")) ?? \"null\")()", "awaitPromise": true, "target": object{"context": t.context},
	}, &r)
	if err != nil {
		return nil, err
	}
	if r.Type == "exception" {
		return nil, fmt.Errorf("engines: %.200s: %s", expression, r.ExceptionDetails.Text)
	}
	var text string
	if err := json.Unmarshal(r.Result.Value, &text); err != nil {
		return nil, fmt.Errorf("engines: %.200s: %w", expression, err)
	}
	return json.RawMessage(text), nil
}

func (t *firefoxTab) perform(ctx context.Context, sources []source) error {
	return t.browser.do(ctx, "input.performActions", object{"context": t.context, "actions": sources}, nil)
}

func (t *firefoxTab) setFiles(ctx context.Context, selector string, files []string) error {
	var r struct {
		Nodes []struct {
			SharedID string `json:"sharedId"`
		}
	}
	err := t.browser.do(ctx, "browsingContext.locateNodes", object{"context": t.context, "locator": object{"type": "css", "value": selector}}, &r)
	if err != nil {
		return err
	}
	if len(r.Nodes) == 0 {
		return fmt.Errorf("engines: there is no %s", selector)
	}
	return t.browser.do(ctx, "input.setFiles", object{"context": t.context, "element": object{"sharedId": r.Nodes[0].SharedID}, "files": files}, nil)
}

func (t *firefoxTab) activate(ctx context.Context) error {
	return t.browser.do(ctx, "browsingContext.activate", object{"context": t.context}, nil)
}

func (t *firefoxTab) errors() []string {
	t.browser.mu.Lock()
	defer t.browser.mu.Unlock()
	return append([]string(nil), t.browser.logs[t.context]...)
}

func (t *firefoxTab) close(ctx context.Context) error {
	return t.browser.do(ctx, "browsingContext.close", object{"context": t.context}, nil)
}

// sibling opens another tab with the same cookies.
func (t *firefoxTab) sibling(ctx context.Context) (driver, error) {
	return t.browser.openIn(ctx, t.user)
}
