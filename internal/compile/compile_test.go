package compile

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	// Every package that a case is compiled against must be a dependency of this test, or go test would answer from
	// its cache after one of them has changed.
	_ "github.com/sideband-go/sideband/internal/compile/counter"
	_ "github.com/sideband-go/sideband/pubsub"
)

func TestWhatTheAPIPromisesToRefuseDoesNotCompile(t *testing.T) {
	t.Parallel()
	cases := folders(t, "testdata/negative")
	refusals := build(t, cases)
	for _, dir := range cases {
		t.Run(path.Base(dir), func(t *testing.T) {
			t.Parallel()
			got, want := refusals[dir], wants(t, dir)
			if len(got) == 0 {
				t.Fatalf("%s compiles; it must be refused with %s", dir, want)
			}
			for _, line := range got {
				if !slices.ContainsFunc(want, func(w *regexp.Regexp) bool { return w.MatchString(line) }) {
					t.Errorf("the compiler also says something else:\n\t%s\nwant only %s", line, want)
				}
			}
			for _, w := range want {
				if !slices.ContainsFunc(got, w.MatchString) {
					t.Errorf("no error matches %s; the compiler said:\n\t%s", w, strings.Join(got, "\n\t"))
				}
			}
		})
	}
}

// folders lists the packages in dir as the go command takes them. It is never empty: a moved folder must not turn
// the tests into ones that check nothing.
func folders(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, e := range entries {
		if e.IsDir() {
			list = append(list, "./"+path.Join(dir, e.Name()))
		}
	}
	if len(list) == 0 {
		t.Fatalf("no packages in %s", dir)
	}
	return list
}

// build compiles all folders in one run of the go command and returns the compiler's errors by folder. Trouble
// elsewhere (a package of ours that is broken, no network for a module) ends the test: it proves nothing.
func build(t *testing.T, dirs []string) map[string][]string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", append([]string{"build", "-json"}, dirs...)...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	refused := map[string][]string{}
	for d := json.NewDecoder(&stdout); ; {
		var event struct{ ImportPath, Action, Output string }
		if err := d.Decode(&event); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatalf("output of go build: %v", err)
		}
		if event.Action != "build-output" {
			continue
		}
		dir := folderOf(event.ImportPath, dirs)
		if dir == "" {
			t.Fatalf("%s itself does not compile:\n%s", event.ImportPath, event.Output)
		}
		refused[dir] = appendErrors(refused[dir], event.Output)
	}
	if err != nil && len(refused) == 0 {
		t.Fatalf("go build: %v\n%s", err, stderr.String())
	}
	return refused
}

func folderOf(importPath string, dirs []string) string {
	for _, dir := range dirs {
		if strings.HasSuffix(importPath, strings.TrimPrefix(dir, ".")) {
			return dir
		}
	}
	return ""
}

var position = regexp.MustCompile(`^\S+\.go:\d+:\d+: `)

// appendErrors adds what out holds to list, an entry an error: the compiler indents the lines that go on with it.
func appendErrors(list []string, out string) []string {
	for line := range strings.Lines(out) {
		line = strings.TrimRight(line, "\n")
		switch {
		case strings.HasPrefix(line, "# "):
		case position.MatchString(line) || len(list) == 0:
			list = append(list, line)
		default:
			list[len(list)-1] += "\n" + line
		}
	}
	return list
}

// wants reads the comments at the top of the folder's source: the .templ file where there is one, since the Go file
// is then generated.
func wants(t *testing.T, dir string) []*regexp.Regexp {
	t.Helper()
	sources, err := filepath.Glob(dir + "/*.templ")
	if err == nil && len(sources) == 0 {
		sources, err = filepath.Glob(dir + "/*.go")
	}
	if err != nil || len(sources) != 1 {
		t.Fatalf("%s must hold one source file, has %v (%v)", dir, sources, err)
	}
	text, err := os.ReadFile(sources[0])
	if err != nil {
		t.Fatal(err)
	}
	var list []*regexp.Regexp
	for lines := bufio.NewScanner(bytes.NewReader(text)); lines.Scan(); {
		w, found := strings.CutPrefix(lines.Text(), "// want: ")
		if !found {
			break
		}
		list = append(list, regexp.MustCompile(w))
	}
	if len(list) == 0 {
		t.Fatalf("%s must begin with a line «// want: …»", sources[0])
	}
	return list
}
