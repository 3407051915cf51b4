package compile

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	link    = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	heading = regexp.MustCompile(`(?m)^#+ (.+)$`)
	fenced  = regexp.MustCompile("(?ms)^ *```.*?^ *```$")
	code    = regexp.MustCompile("`[^`\n]*`")
	unnamed = regexp.MustCompile(`[^\p{L}\p{N} _-]`)
)

func TestLinksBetweenDocumentsLeadSomewhere(t *testing.T) {
	t.Parallel()
	for _, document := range documents(t) {
		for _, l := range link.FindAllStringSubmatch(code.ReplaceAllString(prose(t, document), ""), -1) {
			path, anchor, _ := strings.Cut(l[1], "#")
			if strings.Contains(path, ":") {
				continue // another site
			}
			target := document
			if path != "" {
				target = filepath.Join(filepath.Dir(document), path)
			}
			if _, err := os.Stat(target); err != nil {
				t.Errorf("%s links to %s: %v", document, l[1], err)
			} else if anchor != "" && !slices.Contains(anchors(t, target), anchor) {
				t.Errorf("%s links to %s, which has only %s", document, l[1], anchors(t, target))
			}
		}
	}
}

// prose is a document without its fenced blocks.
func prose(t *testing.T, document string) string {
	t.Helper()
	text, err := os.ReadFile(document)
	if err != nil {
		t.Fatal(err)
	}
	return fenced.ReplaceAllString(string(text), "")
}

// anchors are the names that GitHub gives a document's headings.
func anchors(t *testing.T, document string) (list []string) {
	t.Helper()
	for _, h := range heading.FindAllStringSubmatch(prose(t, document), -1) {
		name := unnamed.ReplaceAllString(strings.ToLower(h[1]), "")
		list = append(list, strings.ReplaceAll(name, " ", "-"))
	}
	return list
}

func TestTheREADMEInstallsTheTemplThatFits(t *testing.T) {
	t.Parallel()
	const templ = "github.com/a-h/templ"
	mod, err := os.ReadFile(root + "/go.mod")
	if err != nil {
		t.Fatal(err)
	}
	ours := regexp.MustCompile(templ + ` (v\S+)`).FindSubmatch(mod)
	if ours == nil {
		t.Fatal("go.mod does not require templ")
	}
	readme, err := os.ReadFile(root + "/README.md")
	if err != nil {
		t.Fatal(err)
	}
	if want := "go get -tool " + templ + "/cmd/templ@" + string(ours[1]) + "\n"; !strings.Contains(string(readme), want) {
		t.Errorf("README.md does not say %s", want)
	}
}
