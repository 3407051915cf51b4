package compile

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	// As for the packages of the other tests: a change of these must not be answered from the cache.
	_ "github.com/sideband-go/sideband/livetest"
	_ "github.com/sideband-go/sideband/sse"
	_ "github.com/sideband-go/sideband/static"
)

const root = "../.."

// documents returns README.md, CONTRIBUTING.md and the chapters.
func documents(t *testing.T) []string {
	t.Helper()
	list, err := filepath.Glob(root + "/docs/*.md")
	if err != nil || len(list) == 0 {
		t.Fatalf("docs/*.md: %d documents (%v)", len(list), err)
	}
	return append(list, root+"/README.md", root+"/CONTRIBUTING.md")
}

func TestEachSnippetOfTheDocsCompiles(t *testing.T) {
	t.Parallel()
	m := newModule(t)
	for _, d := range documents(t) {
		m.addDocument(d)
	}
	if t.Failed() {
		return
	}
	m.run(templTool(t), "generate", "-log-level=warn", "-path", m.dir)
	m.run("go", "test", "./...")
}

// module is the Go module that the snippets of all documents make up: an application of the README's name, in which
// each program of a document is a package.
type module struct {
	t     *testing.T
	dir   string
	taken map[string]bool
}

func newModule(t *testing.T) *module {
	t.Helper()
	m := &module{t: t, dir: folder(t), taken: map[string]bool{}}
	here, err := filepath.Abs(root)
	if err != nil {
		t.Fatal(err)
	}
	ours := m.read(root + "/go.mod")
	path := regexp.MustCompile(`(?m)^module (.+)$`).FindStringSubmatch(ours)[1]
	mod := strings.Replace(ours, "module "+path, "module example.com/app", 1)
	mod += fmt.Sprintf("\nrequire %s v0.0.0\n\nreplace %s => %s\n", path, path, here)
	sum := m.read(root + "/go.sum")
	for _, folder := range modules {
		mod += fmt.Sprintf("\nrequire %[1]s/%[2]s v0.0.0\n\nreplace %[1]s/%[2]s => %[3]s/%[2]s\n", path, folder, here)
		theirs := m.read(root + "/" + folder + "/go.mod")
		for _, block := range requires.FindAllString(theirs, -1) {
			mod += "\n" + strings.ReplaceAll(block, "\t"+path+" v0.0.0\n", "")
		}
		sum += m.read(root + "/" + folder + "/go.sum")
	}
	m.write("go.mod", mod)
	m.write("go.sum", sum)
	return m
}

// modules are those below this one that the docs use. They need the versions that they name, which may be newer
// than ours.
var modules = []string{"pubsub/nats", "pubsub/redis", "ratelimit/redis", "stash/nats", "stash/redis", "stash/sql"}

var requires = regexp.MustCompile(`(?s)require \(.*?\n\)\n`)

// folder is always the same one, since the build cache goes by folders; another where that is in use.
func folder(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs(root + "/.bin/snippets")
	if err != nil {
		t.Fatal(err)
	}
	if f, err := os.Stat(dir); err == nil && time.Since(f.ModTime()) > time.Hour { // of a test that was killed
		_ = os.RemoveAll(dir)
	}
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

func (m *module) read(path string) string {
	m.t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		m.t.Fatal(err)
	}
	return string(text)
}

func (m *module) write(name, text string) {
	m.t.Helper()
	if m.taken[name] {
		m.t.Errorf("two snippets are the file %s", name)
	}
	m.taken[name] = true
	path := filepath.Join(m.dir, name)
	err := os.MkdirAll(filepath.Dir(path), 0o700)
	if err == nil {
		err = os.WriteFile(path, []byte(text), 0o600)
	}
	if err != nil {
		m.t.Fatal(err)
	}
}

func (m *module) run(name string, args ...string) {
	m.t.Helper()
	cmd := exec.CommandContext(m.t.Context(), name, args...)
	cmd.Dir = m.dir
	cmd.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOWORK=off")
	if out, err := cmd.CombinedOutput(); err != nil {
		m.t.Fatalf("%s %s: %v\n%s", name, args[0], err, out)
	}
}

func templTool(t *testing.T) string {
	t.Helper()
	tool, err := exec.CommandContext(t.Context(), "go", "tool", "-n", "templ").Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(tool))
}

var (
	begins   = regexp.MustCompile(`^<!-- program ([a-z]+) -->$`)
	named    = regexp.MustCompile(`^<!-- file ([a-z.]+) -->$`)
	titled   = regexp.MustCompile("\\(`([\\w/]+\\.\\w+)`\\):$")
	fence    = regexp.MustCompile("^( *)```(\\w*)$")
	declares = regexp.MustCompile(`(?m)^(templ|css|script) `)
)

// addDocument writes the snippets of a document, each to a file of its own.
func (m *module) addDocument(path string) {
	m.t.Helper()
	name := strings.ToLower(strings.TrimSuffix(filepath.Base(path), ".md"))
	program, file := name, ""
	m.addGiven(name)
	var block *snippet
	for i, line := range strings.Split(m.read(path), "\n") {
		edge := fence.FindStringSubmatch(line)
		switch {
		case block != nil && edge != nil:
			block.add(m)
			block, file = nil, ""
		case block != nil:
			block.text += strings.TrimPrefix(line, block.indent) + "\n"
		case edge != nil:
			block = &snippet{document: path, line: i + 2, program: program, file: file, indent: edge[1], language: edge[2]}
		case begins.MatchString(line):
			program = name + "/" + begins.FindStringSubmatch(line)[1]
			m.addGiven(program)
		case named.MatchString(line):
			file = program + "/" + named.FindStringSubmatch(line)[1]
		case titled.MatchString(line):
			file = titled.FindStringSubmatch(line)[1]
		}
	}
	if block != nil {
		m.t.Errorf("%s:%d: the block is not closed", path, block.line)
	}
}

// addGiven copies what a program needs and its document does not show.
func (m *module) addGiven(program string) {
	m.t.Helper()
	list, err := filepath.Glob("testdata/snippets/" + program + "/*.*")
	if err != nil {
		m.t.Fatal(err)
	}
	for _, path := range list {
		// Templates end in .txt, so that nothing makes Go of them where they are.
		if name := program + "/" + strings.TrimSuffix(filepath.Base(path), ".txt"); !m.taken[name] {
			m.write(name, m.read(path))
		}
	}
}

// snippet is a fenced block of a document.
type snippet struct {
	document string
	line     int    // of its first line
	program  string // the folder of its package
	file     string // its name, if it is a whole file
	indent   string
	language string
	text     string
}

func (s *snippet) add(m *module) {
	m.t.Helper()
	name := fmt.Sprintf("%s/line%d", s.program, s.line)
	switch {
	case s.file != "":
		m.write(s.file, s.text)
	case s.language == "templ":
		m.write(name+".templ", s.template())
	case s.language == "go":
		source, err := s.source()
		if err != nil {
			m.t.Errorf("%s:%d: neither declarations nor statements: %v", s.document, s.line, err)
		}
		if tests.MatchString(s.text) {
			name += "_test"
		}
		m.write(name+".go", source)
	}
}

var tests = regexp.MustCompile(`(?m)^func Test`)

// packages are those that a snippet may use without an import.
var packages = map[string]string{
	"auth":        "github.com/sideband-go/sideband/examples/auth",
	"chi":         "github.com/go-chi/chi/v5",
	"client":      "github.com/sideband-go/sideband/client",
	"context":     "context",
	"embed":       "embed",
	"errors":      "errors",
	"fmt":         "fmt",
	"forms":       "github.com/sideband-go/sideband/forms",
	"handlers":    "github.com/sideband-go/sideband/handlers",
	"http":        "net/http",
	"io":          "io",
	"jetstream":   "github.com/nats-io/nats.go/jetstream",
	"livetest":    "github.com/sideband-go/sideband/livetest",
	"log":         "log",
	"nats":        "github.com/nats-io/nats.go",
	"natsbroker":  "github.com/sideband-go/sideband/pubsub/nats",
	"natsstash":   "github.com/sideband-go/sideband/stash/nats",
	"net":         "net",
	"os":          "os",
	"pubsub":      "github.com/sideband-go/sideband/pubsub",
	"query":       "github.com/sideband-go/sideband/query",
	"rand":        "crypto/rand",
	"ratelimit":   "github.com/sideband-go/sideband/ratelimit",
	"redis":       "github.com/redis/go-redis/v9",
	"redisbroker": "github.com/sideband-go/sideband/pubsub/redis",
	"redislimit":  "github.com/sideband-go/sideband/ratelimit/redis",
	"redisstash":  "github.com/sideband-go/sideband/stash/redis",
	"scs":         "github.com/alexedwards/scs/v2",
	"slices":      "slices",
	"smtp":        "net/smtp",
	"sql":         "database/sql",
	"sqlstash":    "github.com/sideband-go/sideband/stash/sql",
	"sqltx":       "github.com/sideband-go/sideband/pubsub/sqltx",
	"sse":         "github.com/sideband-go/sideband/sse",
	"stash":       "github.com/sideband-go/sideband/stash",
	"stashtest":   "github.com/sideband-go/sideband/stash/stashtest",
	"state":       "github.com/sideband-go/sideband/state",
	"static":      "github.com/sideband-go/sideband/static",
	"strconv":     "strconv",
	"strings":     "strings",
	"synctest":    "testing/synctest",
	"templ":       "github.com/a-h/templ",
	"testing":     "testing",
	"time":        "time",
	"uploads":     "github.com/sideband-go/sideband/uploads",
	"validator":   "github.com/go-playground/validator/v10",
	"views":       "github.com/sideband-go/sideband/views",
	"signal":      "os/signal",
	"slog":        "log/slog",
	"syscall":     "syscall",
	"telemetry":   "github.com/sideband-go/sideband/telemetry",
	"trace":       "go.opentelemetry.io/otel/sdk/trace",
	"otel":        "go.opentelemetry.io/otel",
}

var qualified = regexp.MustCompile(`\b([a-z]+)\.[A-Z]`)

// header is the package clause and the imports of a template, or of Go code whose syntax tree is given.
func (s *snippet) header(tree ast.Node) string {
	used := map[string]bool{}
	if tree == nil {
		for _, q := range qualified.FindAllStringSubmatch(s.text, -1) {
			used[q[1]] = true
		}
	} else {
		ast.Inspect(tree, func(n ast.Node) bool {
			if sel, ok := n.(*ast.SelectorExpr); ok {
				if x, ok := sel.X.(*ast.Ident); ok && x.Obj == nil {
					used[x.Name] = true
				}
			}
			return true
		})
	}
	text := "package snippets\n\n"
	var list []string
	for name := range used {
		if path := packages[name]; path != "" {
			list = append(list, fmt.Sprintf("import %q\n", path))
		}
	}
	slices.Sort(list)
	return text + strings.Join(list, "") + "\n"
}

// template is the block as a file of templ: elements stand in a component.
func (s *snippet) template() string {
	if declares.MatchString(s.text) {
		return s.header(nil) + s.text
	}
	return s.header(nil) + fmt.Sprintf("templ line%d() {\n%s}\n", s.line, s.text)
}

// source is the block as a Go file, in which the compiler finds errors at the document's lines: statements stand in a
// function that has the names ctx and s.
func (s *snippet) source() (string, error) {
	path, err := filepath.Abs(s.document)
	if err != nil {
		return "", err
	}
	at := fmt.Sprintf("//line %s:%d\n", path, s.line)
	tree, wrong := parse("package snippets\n" + s.text)
	if wrong == nil {
		return s.header(tree) + at + s.text, nil
	}
	tree, err = parse("package snippets\nfunc _() {\n" + s.text + "}\n")
	if err != nil {
		return "", fmt.Errorf("%w; %w", wrong, err)
	}
	body := tree.Decls[0].(*ast.FuncDecl).Body
	head := strings.TrimSuffix(s.header(tree), "\n")
	for _, name := range []string{"context", "views"} {
		if line := fmt.Sprintf("import %q\n", packages[name]); !strings.Contains(head, line) {
			head += line
		}
	}
	return head + "\nfunc _(ctx context.Context, s *views.Socket) error {\n{\n" + at + s.text + ending(body) + "}\n", nil
}

func parse(source string) (*ast.File, error) {
	return parser.ParseFile(token.NewFileSet(), "", source, parser.ParseComments)
}

// ending uses what the statements declare, and returns unless they do.
func ending(body *ast.BlockStmt) string {
	var out bytes.Buffer
	for _, statement := range body.List {
		switch st := statement.(type) {
		case *ast.AssignStmt:
			for _, left := range st.Lhs {
				if x, ok := left.(*ast.Ident); ok && st.Tok == token.DEFINE && x.Name != "_" {
					fmt.Fprintf(&out, "_ = %s\n", x.Name)
				}
			}
		case *ast.ReturnStmt:
			return "}\n"
		}
	}
	return out.String() + "}\nreturn nil\n"
}
