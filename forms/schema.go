package forms

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/sideband-go/sideband/views"
)

// schema is what is known of a struct whose fields are posted. It is immutable.
type schema struct {
	typ    reflect.Type
	fields []*field // with a name, in order
	byName map[string]*field
	kinds  kindSet // of the fields in it, at any depth
}

// field is one field of a schema.
type field struct {
	name   string
	index  int
	offset uintptr
	typ    reflect.Type
	kind   kind
	inner  *schema // of a group, and of each of the rows
	limits Limits
	// omitEmpty says that the zero value shows as an empty text.
	omitEmpty bool
}

type kind uint8

const (
	single kind = iota // one text
	box                // a bool
	many               // a slice of texts
	group              // a struct
	rows               // a slice of structs
)

// kindSet is a set of kinds.
type kindSet uint8

func setOf(kinds ...kind) (s kindSet) {
	for _, k := range kinds {
		s |= 1 << k
	}
	return s
}

func (s kindSet) has(k kind) bool { return s&(1<<k) != 0 }

// schemaOf makes the schema of a type. It panics for what can't be posted, with a message that says
// how to fix it.
func schemaOf(t reflect.Type) *schema {
	if t.Kind() != reflect.Struct {
		panic(fmt.Sprintf("forms: the data of a form is a struct with form tags, not %v", t))
	}
	return buildSchema(t, nil)
}

func buildSchema(t reflect.Type, outer []reflect.Type) *schema {
	if slices.Contains(outer, t) {
		panic(fmt.Sprintf("forms: %v holds itself, so that its form would have no end", t))
	}
	outer = append(outer, t)
	s := &schema{typ: t, byName: map[string]*field{}}
	ids := map[string]string{}
	for f := range t.Fields() {
		fail := func(format string, args ...any) {
			panic(fmt.Sprintf("forms: the field %s of %v "+format, append([]any{f.Name, t}, args...)...))
		}
		if f.Anonymous {
			fail("is embedded: name it, or write its fields out")
		}
		tag, tagged := f.Tag.Lookup("form")
		if !f.IsExported() {
			if tagged {
				fail("has a form tag, but is not exported: export it")
			}
			continue
		}
		if !tagged {
			fail(`has no form tag: tag it, or tag it form:"-" if browsers may not set it`)
		}
		if tag == "-" {
			continue
		}
		name, option, _ := strings.Cut(tag, ",")
		if !isName(name) {
			fail("is tagged %q: names of fields have letters, digits, _ and -, a letter first", name)
		}
		if isClobbering(name) {
			fail("is tagged %q, which a script finds at the form instead of what it looks for there: rename it", name)
		}
		if strings.HasPrefix(name, reservedPrefix) {
			fail("is tagged %q: names that begin with %s are the kit's", name, reservedPrefix)
		}
		if s.byName[name] != nil {
			fail("is tagged %q like another one", name)
		}
		n := &field{name: name, index: f.Index[0], offset: f.Offset, typ: f.Type, omitEmpty: option == "omitempty"}
		n.limits = limitsOf(f.Type, f.Tag.Get("validate"))
		switch ft := f.Type; {
		case ft.Kind() == reflect.Bool && views.IsText(ft):
			n.kind = box
		case views.IsText(ft):
			n.kind = single
		case ft.Kind() == reflect.Slice && views.IsText(ft.Elem()):
			n.kind = many
		case ft.Kind() == reflect.Struct:
			n.kind, n.inner = group, buildSchema(ft, outer)
		case ft.Kind() == reflect.Slice && ft.Elem().Kind() == reflect.Struct:
			n.kind, n.inner = rows, buildSchema(ft.Elem(), outer)
			if n.inner.validates() && !slices.Contains(strings.Split(f.Tag.Get("validate"), ","), "dive") {
				fail(`holds %v, whose validate tags would not be looked at: add validate:"dive" to it`, ft.Elem())
			}
		default:
			fail("is a %v: a form has numbers, strings, bools, types with UnmarshalText, structs, and slices of them", ft)
		}
		if s.kinds |= setOf(n.kind); n.inner != nil {
			s.kinds |= n.inner.kinds
		}
		for id, path := range n.ids() {
			if other, dup := ids[id]; dup {
				fail("makes the ids of %s and %s the same: rename one", other, path)
			}
			ids[id] = path
		}
		s.byName[name] = n
		s.fields = append(s.fields, n)
	}
	return s
}

// ids are the ids of a field and of those in it, # for the number of a row, with their paths.
func (n *field) ids() map[string]string {
	all := map[string]string{n.name: n.name}
	if n.inner == nil {
		return all
	}
	between := "-"
	if n.kind == rows {
		between = "-#-"
	}
	for _, inner := range n.inner.fields {
		for id, path := range inner.ids() {
			all[n.name+between+id] = n.name + "." + path
		}
	}
	return all
}

// validates reports whether fields of the struct have validate tags.
func (s *schema) validates() bool {
	for f := range s.typ.Fields() {
		if f.Tag.Get("validate") != "" {
			return true
		}
	}
	return slices.ContainsFunc(s.fields, func(n *field) bool { return n.kind == group && n.inner.validates() })
}

// unshare copies the lists in a struct, so that it has none in common with the one that it is a copy of.
func (s *schema) unshare(v reflect.Value) {
	for _, n := range s.fields {
		f := v.Field(n.index)
		switch {
		case n.kind == group:
			n.inner.unshare(f)
		case n.kind != many && n.kind != rows || f.IsNil():
		default:
			list := reflect.MakeSlice(n.typ, f.Len(), f.Len())
			reflect.Copy(list, f)
			f.Set(list)
			if n.kind == rows {
				for i := range list.Len() {
					n.inner.unshare(list.Index(i))
				}
			}
		}
	}
}

// reservedPrefix begins the names of the kit's own fields.
const reservedPrefix = "sb-"

// isName reports whether a text can be part of ids and names: a letter, then letters, digits, _ and single -.
func isName(s string) bool {
	if s == "" || len(s) > 60 || strings.Contains(s, "--") || strings.HasSuffix(s, "-") {
		return false
	}
	for i, c := range s {
		letter := 'a' <= c|0x20 && c|0x20 <= 'z'
		if !letter && (i == 0 || (c < '0' || c > '9') && c != '_' && c != '-') {
			return false
		}
	}
	return true
}

// isClobbering reports whether a control of the name hides a property of its form that htmx or the
// browser itself needs.
func isClobbering(name string) bool { return clobbering[strings.ToLower(name)] }

var clobbering = func() map[string]bool {
	names := map[string]bool{}
	for _, n := range strings.Fields(`
		acceptcharset action addeventlistener after append appendchild attributes autocomplete before blur
		checkvalidity childnodes children classlist classname click clonenode closest contains dataset
		dispatchevent elements encoding enctype firstchild firstelementchild focus getattribute
		getattributenames getrootnode hasattribute haschildnodes id innerhtml insertadjacentelement
		insertadjacenthtml insertbefore isconnected isequalnode issamenode lastchild lastelementchild length
		localname matches method movebefore nextelementsibling nextsibling nodename nodetype novalidate
		outerhtml ownerdocument parentelement parentnode prepend previouselementsibling previoussibling
		queryselector queryselectorall remove removeattribute removechild removeeventlistener replacechild
		replacechildren replacewith reportvalidity requestsubmit reset rootnode scrollintoview setattribute
		shadowroot style submit tagname target textcontent toggleattribute value`) {
		names[n] = true
	}
	delete(names, "value") // a form has none
	return names
}()

// locate finds the field at an address of a type below v, whose schema is s and whose path is at.
func (f *form) locate(v reflect.Value, s *schema, at string, address uintptr, t reflect.Type) (string, *field) {
	if base := v.Addr().Pointer(); address >= base && address < base+max(s.typ.Size(), 1) {
		offset := address - base
		i, _ := slices.BinarySearchFunc(s.fields, offset, func(n *field, at uintptr) int {
			if n.offset+max(n.typ.Size(), 1) <= at {
				return -1
			}
			return 1
		})
		if i == len(s.fields) || s.fields[i].offset > offset {
			return "", nil
		}
		n := s.fields[i]
		switch {
		case n.offset == offset && n.typ == t:
			return join(at, n.name), n
		case n.kind == group:
			return f.locate(v.Field(n.index), n.inner, join(at, n.name), address, t)
		}
		return "", nil
	}
	if !s.kinds.has(rows) {
		return "", nil
	}
	for _, n := range s.fields {
		if n.inner == nil {
			continue
		}
		list, path := v.Field(n.index), join(at, n.name)
		if n.kind == group {
			if p, found := f.locate(list, n.inner, path, address, t); found != nil {
				return p, found
			}
			continue
		}
		size, base := n.inner.typ.Size(), list.Pointer()
		if size == 0 {
			continue
		}
		if address >= base && address < base+uintptr(list.Len())*size {
			i := int((address - base) / size)
			row := f.rowPath(path, i)
			if p, found := f.locate(list.Index(i), n.inner, row, address, t); found != nil {
				return p, found
			}
			return "", nil
		}
		if n.inner.kinds.has(rows) {
			for i := range list.Len() {
				if p, found := f.locate(list.Index(i), n.inner, f.rowPath(path, i), address, t); found != nil {
					return p, found
				}
			}
		}
	}
	return "", nil
}

// allKinds are those of all fields.
var allKinds = setOf(single, box, many, group, rows)

// walk calls visit for each field of the kinds, in order, before those in it.
func (f *form) walk(v reflect.Value, kinds kindSet, visit func(path string, n *field, v reflect.Value)) {
	f.walkIn(v, f.schema, "", kinds, visit)
}

func (f *form) walkIn(v reflect.Value, s *schema, at string, kinds kindSet, visit func(string, *field, reflect.Value)) {
	for _, n := range s.fields {
		isOne, hasSome := kinds.has(n.kind), n.inner != nil && n.inner.kinds&kinds != 0
		if !isOne && !hasSome {
			continue
		}
		path, fv := join(at, n.name), v.Field(n.index)
		if isOne {
			visit(path, n, fv)
		}
		switch {
		case !hasSome:
		case n.kind == group:
			f.walkIn(fv, n.inner, path, kinds, visit)
		default:
			for i := range fv.Len() {
				f.walkIn(fv.Index(i), n.inner, f.rowPath(path, i), kinds, visit)
			}
		}
	}
}

// join is the path of a field in what is at a path.
func join(at, name string) string {
	if at == "" {
		return name
	}
	return at + "." + name
}

// isWithin reports whether a path is that of a field, or of one in it.
func isWithin(path, of string) bool {
	return strings.HasPrefix(path, of) && (len(path) == len(of) || path[len(of)] == '.' || path[len(of)] == '[')
}

// rowPath is the path of a row of a list.
func (f *form) rowPath(list string, i int) string {
	return rowAt(list, f.rowKey(list, i))
}

// rowAt is the path of the row with a key.
func rowAt(list string, key int) string { return list + "[" + strconv.Itoa(key) + "]" }
