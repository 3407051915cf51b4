package compile

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	aName = regexp.MustCompile("`(?:\\w+\\.)?(\\w+\\.\\w+)`")
	aPath = regexp.MustCompile("`((?:[a-z0-9]+/)+[\\w.]+)`")
)

// notOurs are names of other modules that the document needs.
var notOurs = map[string]bool{"testing.TB": true, "r3labs/sse": true}

func TestTheArchitectureNamesWhatIsThere(t *testing.T) {
	t.Parallel()
	text := prose(t, root+"/ARCHITECTURE.md")
	for _, p := range aPath.FindAllStringSubmatch(text, -1) {
		if _, err := os.Stat(root + "/" + p[1]); err != nil && !notOurs[p[1]] {
			t.Errorf("ARCHITECTURE.md: %v", err)
		}
	}
	names := declaredNames(t)
	for _, n := range aName.FindAllStringSubmatch(text, -1) {
		if ext := filepath.Ext(n[1]); ext == ".go" || ext == ".md" || ext == ".yml" {
			continue
		}
		if !names[n[1]] && !notOurs[n[1]] {
			t.Errorf("ARCHITECTURE.md: there is no %s", n[1])
		}
	}
}

// declaredNames are the names of all packages, as package.Name, Type.Method and Type.Field.
func declaredNames(t *testing.T) map[string]bool {
	t.Helper()
	names := map[string]bool{}
	err := filepath.WalkDir(root, func(file string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == "testdata" || strings.HasPrefix(d.Name(), ".") && len(d.Name()) > 2):
			return fs.SkipDir
		case d.IsDir() || !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go"):
			return nil
		}
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		for _, decl := range f.Decls {
			addNames(names, f.Name.Name, decl)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func addNames(names map[string]bool, pkg string, decl ast.Decl) {
	switch d := decl.(type) {
	case *ast.FuncDecl:
		if d.Recv == nil {
			names[pkg+"."+d.Name.Name] = true
		} else {
			names[receiverName(d.Recv.List[0].Type)+"."+d.Name.Name] = true
		}
	case *ast.GenDecl:
		for _, spec := range d.Specs {
			switch s := spec.(type) {
			case *ast.ValueSpec:
				for _, n := range s.Names {
					names[pkg+"."+n.Name] = true
				}
			case *ast.TypeSpec:
				names[pkg+"."+s.Name.Name] = true
				for _, n := range memberNames(s.Type) {
					names[s.Name.Name+"."+n] = true
				}
			}
		}
	}
}

func receiverName(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.StarExpr:
		return receiverName(e.X)
	case *ast.IndexExpr:
		return receiverName(e.X)
	case *ast.IndexListExpr:
		return receiverName(e.X)
	case *ast.Ident:
		return e.Name
	}
	return ""
}

// memberNames are the fields of a struct, or the methods of an interface.
func memberNames(e ast.Expr) (list []string) {
	var fields *ast.FieldList
	switch e := e.(type) {
	case *ast.StructType:
		fields = e.Fields
	case *ast.InterfaceType:
		fields = e.Methods
	default:
		return nil
	}
	for _, f := range fields.List {
		for _, n := range f.Names {
			list = append(list, n.Name)
		}
	}
	return list
}
