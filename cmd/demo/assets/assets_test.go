package assets_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/sideband-go/sideband/cmd/demo/assets"
)

func TestVendoredFilesAreWhatTheirChecksumsSay(t *testing.T) {
	list, err := os.ReadFile("CHECKSUMS")
	if err != nil {
		t.Fatal(err)
	}
	listed := map[string]bool{}
	for line := range strings.Lines(string(list)) {
		want, name, ok := strings.Cut(strings.TrimSpace(line), "  ")
		if strings.HasPrefix(line, "#") || !ok {
			continue
		}
		listed[name] = true
		data, err := os.ReadFile(name)
		if err != nil {
			t.Error(err)
			continue
		}
		if sum := sha256.Sum256(data); hex.EncodeToString(sum[:]) != want {
			t.Errorf("%s has changed since it was vendored", name)
		}
	}
	for _, name := range []string{"pico.min.css", "LICENSE.pico"} {
		if !listed[name] {
			t.Errorf("CHECKSUMS does not list %s", name)
		}
	}
}

var comment = regexp.MustCompile(`(?s)/\*.*?\*/`)

// A rule that nobody closes takes all that follow with it: those after it would be nested in it.
func TestRulesAreClosed(t *testing.T) {
	for _, name := range []string{"demo.css", "pages.css"} {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		open, selector := 0, ""
		for line := range strings.Lines(comment.ReplaceAllString(string(data), "")) {
			if open == 0 && strings.Contains(line, "{") {
				selector = strings.TrimSpace(line)
			}
			if open += strings.Count(line, "{") - strings.Count(line, "}"); open < 0 {
				t.Fatalf("%s: a } too many: %s", name, line)
			}
		}
		if open != 0 {
			t.Errorf("%s: not closed: %s", name, selector)
		}
	}
}

func Example() {
	for _, name := range assets.Files.Names() {
		path := assets.Files.Path(name)
		fmt.Println(name, "is served as", path[:5]+"…"+path[len(path)-4:])
	}
	// Output:
	// demo.css is served as demo.….css
	// icon.svg is served as icon.….svg
	// pages.css is served as pages….css
	// pico.min.css is served as pico.….css
}
