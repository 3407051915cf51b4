package engines

import (
	"context"
	"encoding/json"
	"errors"
	"os/exec"
	"time"
)

// ErrMissing is the error of a browser that the machine does not have.
var ErrMissing = errors.New("engines: the browser is not installed")

// Browser is one that runs, with a profile of its own.
type Browser interface {
	// Name is the engine's.
	Name() string
	// open opens a tab.
	open(ctx context.Context) (driver, error)
	// Close ends the browser.
	Close() error
}

// driver drives one tab. Its methods are called one at a time for a browser.
type driver interface {
	// navigate goes to an address and returns when that is loaded.
	navigate(ctx context.Context, url string) error
	// eval returns the JSON of what an expression of JavaScript gives, once its promise is fulfilled.
	eval(ctx context.Context, expression string) (json.RawMessage, error)
	// perform performs actions of WebDriver.
	perform(ctx context.Context, sources []source) error
	// setFiles chooses files in the control that a selector finds.
	setFiles(ctx context.Context, selector string, files []string) error
	// activate brings the tab to the front.
	activate(ctx context.Context) error
	// errors returns what the page has logged as errors so far, if the engine tells.
	errors() []string
	// close closes the tab.
	close(ctx context.Context) error
}

// source is an input device of WebDriver with what it does.
type source struct {
	Type       string            `json:"type"`
	ID         string            `json:"id"`
	Parameters map[string]string `json:"parameters,omitempty"`
	Actions    []action          `json:"actions"`
}

type action struct {
	Type     string `json:"type"`
	X        int    `json:"x,omitempty"`
	Y        int    `json:"y,omitempty"`
	Button   *int   `json:"button,omitempty"`
	Value    string `json:"value,omitempty"`
	Duration int    `json:"duration,omitempty"`
}

// clickAt is so many clicks at a place in the viewport.
func clickAt(x, y, times int) []source {
	left := 0
	s := source{Type: "pointer", ID: "mouse", Parameters: map[string]string{"pointerType": "mouse"}, Actions: []action{{Type: "pointerMove", X: x, Y: y}}}
	for range times {
		s.Actions = append(s.Actions, action{Type: "pointerDown", Button: &left}, action{Type: "pointerUp", Button: &left})
	}
	return []source{s}
}

// keyNames are WebDriver's codes of keys that have no character.
var keyNames = map[string]string{
	"Enter": "\ue007", "Tab": "\ue004", "Escape": "\ue00c", "Backspace": "\ue003", "Shift": "\ue008", "Control": "\ue009",
	"ArrowUp": "\ue013", "ArrowDown": "\ue015", "ArrowLeft": "\ue012", "ArrowRight": "\ue014", "Home": "\ue011", "End": "\ue010",
}

// press is each of the keys, one after the other.
func press(keys ...string) []source {
	s := source{Type: "key", ID: "keyboard"}
	for _, k := range keys {
		if code, ok := keyNames[k]; ok {
			k = code
		}
		s.Actions = append(s.Actions, action{Type: "keyDown", Value: k}, action{Type: "keyUp", Value: k})
	}
	return []source{s}
}

// chord is a key while another one is held.
func chord(held, key string) []source {
	if code, ok := keyNames[key]; ok {
		key = code
	}
	held = keyNames[held]
	return []source{{Type: "key", ID: "keyboard", Actions: []action{
		{Type: "keyDown", Value: held}, {Type: "keyDown", Value: key}, {Type: "keyUp", Value: key}, {Type: "keyUp", Value: held},
	}}}
}

// startWait is how long a browser may take to start.
const startWait = time.Minute

// find returns the first of these programs that there is.
func find(names ...string) (string, error) {
	for _, n := range names {
		if path, err := exec.LookPath(n); err == nil {
			return path, nil
		}
	}
	return "", ErrMissing
}
