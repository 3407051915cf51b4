package params_test

import (
	"strings"
	"testing"
	"unsafe"

	"github.com/sideband-go/sideband/views"
)

// A text that its type refuses may be a secret, and errors are logged.
func TestErrorsDoNotSayWhatATypeHasRefused(t *testing.T) {
	for _, fields := range []string{"colour=hunter2", "colours=hunter2"} {
		if _, err := send(t, "Order", "", fields); err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", fields, err)
		}
	}
}

// Whoever keeps a text does not keep the body that it came with.
func TestTextsAreCopiedOutOfWhatWasPosted(t *testing.T) {
	body := strings.Repeat("x", 1<<20)
	var text string
	if err := views.ParseText(body[10:20], &text); err != nil || text != body[10:20] || unsafe.StringData(text) == unsafe.StringData(body[10:20]) {
		t.Errorf("%q, %v", text, err)
	}
}
