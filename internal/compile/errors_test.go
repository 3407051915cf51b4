package compile

import (
	"bytes"
	"encoding/json"
	"fmt"
	"go/format"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The page docs/errors.md lists what people meet, in tables of three columns: the words, what was written, and what to
// do. These tests make each error for real and compare the words.

// mistake is a row of a table.
type mistake struct {
	name  string // of a package
	words []*regexp.Regexp
	code  string
}

var (
	row      = regexp.MustCompile("(?m)^\\| (`[^|]*`) \\| (`[^|]*`) \\| .+ \\|$")
	codeSpan = regexp.MustCompile("`([^`]+)`")
	declared = regexp.MustCompile(`(?m)^(?:func \((?:\w+ )?\*?(\w+)\) (\w+)|(?:type|var) (\w+))`)
	top      = regexp.MustCompile(`^(func|type|var|const) `)
)

// mistakes reads the table below a heading, and the page's Go block, which all of its code is about.
func mistakes(t *testing.T, heading string) (list []mistake, given string) {
	t.Helper()
	doc, err := os.ReadFile("../../docs/errors.md")
	if err != nil {
		t.Fatal(err)
	}
	_, given, _ = strings.Cut(string(doc), "```go\n")
	given, _, _ = strings.Cut(given, "```")
	_, section, found := strings.Cut(string(doc), "\n## "+heading+"\n")
	if section, _, _ = strings.Cut(section, "\n## "); !found || given == "" {
		t.Fatalf("docs/errors.md has no section %q, or no Go block", heading)
	}
	rows := row.FindAllStringSubmatch(section, -1)
	if lines := strings.Count(section, "\n| ") - 1; len(rows) == 0 || len(rows) != lines {
		t.Fatalf("%s: %d of %d rows can be read", heading, len(rows), lines)
	}
	for i, r := range rows {
		m := mistake{name: fmt.Sprintf("m%02d", i+1)}
		for _, span := range codeSpan.FindAllStringSubmatch(r[1], -1) {
			words := strings.ReplaceAll(regexp.QuoteMeta(span[1]), "…", ".*")
			m.words = append(m.words, regexp.MustCompile(words))
		}
		for _, span := range codeSpan.FindAllStringSubmatch(r[2], -1) {
			m.code += span[1] + "\n"
		}
		list = append(list, m)
	}
	return list, given
}

// source is a Go file with the mistake: declarations stand at its top level, all else in a function.
func (m mistake) source(t *testing.T, given, function string) []byte {
	t.Helper()
	var declarations, statements string
	for line := range strings.Lines(m.code) {
		if top.MatchString(line) {
			declarations += line
		} else {
			statements += line
		}
	}
	for _, d := range declared.FindAllStringSubmatch(declarations, -1) { // it stands for what is given
		again := `^(type|var) ` + d[3] + `\b`
		if d[1] != "" {
			again = `^func \((\w+ )?\*?` + d[1] + `\) ` + d[2] + `\(`
		}
		given = regexp.MustCompile(`(?m)`+again+`.*\n`).ReplaceAllString(given, "")
	}
	text := "package " + m.name + `

import (
	"context"
	"io"

	"github.com/a-h/templ"

	"github.com/sideband-go/sideband/forms"
	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/pubsub"
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

var (
	_ context.Context
	_ io.Writer
	_ templ.Component
	_ forms.Problem
	_ handlers.Kit
	_ pubsub.Bus
	_ state.Writer
	_ views.NoParams
)

func use(...any) {}

` + given + declarations + fmt.Sprintf(function, statements)
	out, err := format.Source([]byte(text))
	if err != nil {
		t.Fatalf("%s: %v\n%s", m.name, err, text)
	}
	return out
}

// inFunction is where the statements of a mistake stand.
const inFunction = `
func Do(ctx context.Context, s *views.Socket, kit *handlers.Kit) {
	%s}
`

// overlay lays files over the tree, where the go command finds them as if they were there.
func overlay(t *testing.T, files map[string][]byte) (flag string) {
	t.Helper()
	dir := t.TempDir()
	replace := map[string]string{}
	for i, name := range slices.Sorted(maps.Keys(files)) {
		at := filepath.Join(dir, fmt.Sprintf("%d.go", i))
		if err := os.WriteFile(at, files[name], 0o600); err != nil {
			t.Fatal(err)
		}
		path, err := filepath.Abs(name)
		if err != nil {
			t.Fatal(err)
		}
		replace[path] = at
	}
	text, err := json.Marshal(map[string]any{"Replace": replace})
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, "overlay.json"), text, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	return "-overlay=" + filepath.Join(dir, "overlay.json")
}

// check compares what was said of a mistake with the words of its row.
func (m mistake) check(t *testing.T, said string) {
	t.Helper()
	for _, w := range m.words {
		if !w.MatchString(said) {
			t.Errorf("%s\nis answered\n%s\nnot %s", m.code, said, w)
		}
	}
}

const overlaid = "testdata/errors/"

func TestWhatTheCompilerSaysIsInTheDocs(t *testing.T) {
	t.Parallel()
	list, given := mistakes(t, "go build")
	files := map[string][]byte{}
	var dirs []string
	for _, m := range list {
		files[overlaid+m.name+"/m.go"] = m.source(t, given, inFunction)
		dirs = append(dirs, "./"+overlaid+m.name)
	}
	said := build(t, append([]string{overlay(t, files)}, dirs...))
	for i, m := range list {
		m.check(t, strings.Join(said[dirs[i]], "\n"))
	}
}

func TestWhatTemplatesSayIsInTheDocs(t *testing.T) {
	t.Parallel()
	list, given := mistakes(t, "templ generate, then go build")
	dir := t.TempDir()
	for _, m := range list {
		text := "package " + m.name + "\n\nimport \"github.com/sideband-go/sideband/views\"\n\nvar _ views.NoParams\n\ntempl example(items []string) {\n" + m.code + "}\n"
		if err := os.WriteFile(filepath.Join(dir, m.name+".templ"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	tool, err := exec.CommandContext(t.Context(), "go", "tool", "-n", "templ").Output()
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{}
	var dirs []string
	said := map[string]string{}
	for _, m := range list {
		out, err := exec.CommandContext(t.Context(), strings.TrimSpace(string(tool)), "generate", "-log-level=warn", "-f", filepath.Join(dir, m.name+".templ")).CombinedOutput()
		if err != nil {
			said[m.name] = string(out)
			continue
		}
		generated, err := os.ReadFile(filepath.Join(dir, m.name+"_templ.go"))
		if err != nil {
			t.Fatal(err)
		}
		folder := overlaid + "templ/" + m.name
		files[folder+"/m_templ.go"] = generated
		files[folder+"/given.go"] = mistake{name: m.name}.source(t, given, inFunction)
		dirs = append(dirs, "./"+folder)
	}
	for folder, lines := range build(t, append([]string{overlay(t, files)}, dirs...)) {
		said[filepath.Base(folder)] = strings.Join(lines, "\n")
	}
	for _, m := range list {
		m.check(t, said[m.name])
	}
}

func TestWhatPanicsAtTheStartIsInTheDocs(t *testing.T) {
	t.Parallel()
	list, given := mistakes(t, "When the program starts")
	run(t, list, given, func(m mistake) string {
		return fmt.Sprintf("func() { defer func() { said = fmt.Sprint(recover()) }(); %s.Do(nil, nil, kit) }()", m.name)
	})
}

func TestWhatIsLoggedIsInTheDocs(t *testing.T) {
	t.Parallel()
	list, given := mistakes(t, "In the log")
	for i, m := range list {
		// The mistake is made in the page itself: in Mount where it needs the socket, else in Render.
		declarations := "func (Page) Render() templ.Component { return templ.ComponentFunc(func(ctx context.Context, _ io.Writer) error { Do(ctx, nil, nil); return nil }) }\n"
		if usesSocket.MatchString(m.code) {
			declarations = "func (Page) Mount(s *views.Socket, _ views.NoParams) error { Do(s, s, nil); return nil }\n"
		}
		list[i].code += declarations
	}
	run(t, list, given, func(m mistake) string { return fmt.Sprintf("said = show(%s.Page{})", m.name) })
}

var usesSocket = regexp.MustCompile(`\(s, |\.[A-Z]\w+\(s\)`)

// run builds one program of all the mistakes, and compares what each says.
func run(t *testing.T, list []mistake, given string, call func(mistake) string) {
	t.Helper()
	const module = "github.com/sideband-go/sideband/internal/compile/"
	base := strings.ToLower(t.Name()) + "/"
	files := map[string][]byte{}
	var imports, calls string
	for _, m := range list {
		files[overlaid+base+m.name+"/m.go"] = m.source(t, given, inFunction)
		imports += fmt.Sprintf("%q\n", module+overlaid+base+m.name)
		calls += fmt.Sprintf("%s\nprintln(%q, said)\n", call(m), m.name)
	}
	main := fmt.Sprintf(program, imports, calls)
	files[overlaid+base+"main.go"] = []byte(main)
	cmd := exec.CommandContext(t.Context(), "go", "run", overlay(t, files), "./"+overlaid+base)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v\n%s", err, stderr.String())
	}
	said := map[string]string{}
	for d := json.NewDecoder(&stdout); d.More(); {
		var line [2]string
		if err := d.Decode(&line); err != nil {
			t.Fatal(err)
		}
		said[line[0]] = line[1]
	}
	for _, m := range list {
		m.check(t, said[m.name])
	}
}

const program = `package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"os"
	"strings"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/views"

%s)

var kit = handlers.New(handlers.Config{})

// show asks for the page and returns what is logged meanwhile.
func show(p views.View[views.NoParams]) string {
	var log bytes.Buffer
	kit := handlers.New(handlers.Config{Logger: slog.New(slog.NewTextHandler(&log, nil))})
	kit.Middleware(handlers.View(kit, p)).ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "http://127.0.0.1/", nil))
	return strings.ReplaceAll(log.String(), "\\\"", "\"") // as slog quotes
}

func use(...any) {}

func println(name, said string) { _ = json.NewEncoder(os.Stdout).Encode([2]string{name, said}) }

func main() {
	var said string
	use(fmt.Sprint, show)
%s}
`
