package snippets

import (
	"os"
	"strings"
	"testing"

	"github.com/sideband-go/sideband/livetest"
)

func TestWhatComesBackIsAsShown(t *testing.T) {
	want, err := os.ReadFile("stream.txt")
	if err != nil {
		t.Fatal(err)
	}
	page := livetest.Open(t, routes(), "/")
	page.TakeMessages()
	page.Button("Increment").Click()
	got := page.TakeMessages()
	if len(got) != 1 || got[0].HTML != strings.TrimSpace(string(want)) {
		t.Errorf("got %+v, want %s", got, want)
	}
}
