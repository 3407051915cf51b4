package compile

import (
	"os"
	"path"
	"regexp"
	"strings"
	"testing"
)

var (
	place     = regexp.MustCompile("`([\\w/]+\\.(?:go|templ))`((?:, `\\w+`)*)")
	oneName   = regexp.MustCompile("`(\\w+)`")
	tested    = regexp.MustCompile(`(?m)^\| +\d+ \|.*\| ([^|]*) \|$`)
	firstCell = regexp.MustCompile(`(?m)^\| +([^|]*?) +\|`)
	aFile     = regexp.MustCompile("`([\\w/]+)(\\.go)?`")
)

func TestTheBoundsAreWhereTheDocsSay(t *testing.T) {
	t.Parallel()
	for _, p := range place.FindAllStringSubmatch(prose(t, root+"/docs/limits.md"), -1) {
		text, err := os.ReadFile(root + "/" + p[1])
		if err != nil {
			t.Errorf("docs/limits.md: %v", err)
			continue
		}
		for _, name := range oneName.FindAllStringSubmatch(p[2], -1) {
			if !regexp.MustCompile(`\b` + name[1] + `\b`).Match(text) {
				t.Errorf("docs/limits.md: %s has no %s", p[1], name[1])
			}
		}
	}
}

func TestNoRowOfTheDocsStandsTwice(t *testing.T) {
	t.Parallel()
	for _, document := range []string{"docs/limits.md", "docs/cases.md"} {
		for section := range strings.SplitSeq(prose(t, root+"/"+document), "\n## ") {
			seen := map[string]bool{}
			for _, row := range firstCell.FindAllStringSubmatch(section, -1) {
				if seen[row[1]] && row[1] != "bound" { // a section may have two tables
					t.Errorf("%s has two rows %q", document, row[1])
				}
				seen[row[1]] = true
			}
		}
	}
}

func TestTheCasesAreTestedWhereTheDocsSay(t *testing.T) {
	t.Parallel()
	rows := tested.FindAllStringSubmatch(prose(t, root+"/docs/cases.md"), -1)
	if len(rows) == 0 {
		t.Fatal("docs/cases.md: no rows")
	}
	for _, row := range rows {
		dir := ""
		for _, f := range aFile.FindAllStringSubmatch(row[1], -1) {
			if f[2] == "" && !strings.Contains(f[1], "/") {
				continue // the name of a test, or a folder at the top
			}
			file := f[1] + f[2]
			if strings.Contains(file, "/") {
				dir = path.Dir(file)
			} else {
				file = dir + "/" + file // beside the one before
			}
			if _, err := os.Stat(root + "/" + file); err != nil {
				t.Errorf("docs/cases.md: %v", err)
			}
		}
	}
}
