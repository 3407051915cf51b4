package forms

import (
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// A row keeps the key that it was made with, whatever is added, removed and moved around it: names and ids of
// its fields stay the same. What is posted from a page that does not show the newest rows yet thus goes
// to the right ones.

// rowKey is the key of a row of a list.
func (f *form) rowKey(list string, i int) int {
	if keys, ok := f.rows[list]; ok && i < len(keys) {
		return keys[i]
	}
	return i
}

// keysOf returns the keys of a list's rows.
func (f *form) keysOf(list string, n int) []int {
	keys := make([]int, n)
	for i := range keys {
		keys[i] = f.rowKey(list, i)
	}
	return keys
}

// setKeys sets the keys of a list's rows.
func (f *form) setKeys(list string, keys []int) {
	if f.rows == nil {
		f.rows = map[string][]int{}
	}
	f.rows[list] = keys
	for _, key := range keys {
		f.nextRow = max(f.nextRow, key+1)
	}
}

// rowIndex finds the row with a key in a list of n; -1 without one.
func (f *form) rowIndex(list string, key, n int) int {
	if keys, ok := f.rows[list]; ok {
		return slices.Index(keys, key)
	}
	if key < n {
		return key
	}
	return -1
}

// nextKey is a key that no row of a list of n has, or ever had.
func (f *form) nextKey(list string, n int) int {
	if _, ok := f.rows[list]; ok {
		return f.nextRow
	}
	return max(f.nextRow, n)
}

// settleRows gives keys to rows that a method has added to its data, and forgets those that it has
// removed.
func (f *form) settleRows(data reflect.Value) {
	if f.rows == nil {
		return
	}
	f.walk(data, setOf(rows), func(path string, _ *field, v reflect.Value) {
		keys, ok := f.rows[path]
		if !ok {
			return
		}
		for i := v.Len(); i < len(keys); i++ {
			f.forget(path, keys[i])
		}
		keys = slices.Clone(keys[:min(len(keys), v.Len())])
		for len(keys) < v.Len() {
			keys = append(keys, f.nextRow)
			f.nextRow++
		}
		f.rows[path] = keys
	})
}

// forget drops what is known of a row.
func (f *form) forget(list string, key int) {
	row := rowAt(list, key)
	for path := range f.used {
		if isWithin(path, row) {
			delete(f.used, path)
		}
	}
	for path := range f.typed {
		if isWithin(path, row) {
			delete(f.typed, path)
		}
	}
	for path := range f.rows {
		if isWithin(path, row) {
			delete(f.rows, path)
		}
	}
}

// changeRows does what a button of rows says, once: shown, which formatRows has written, is what its page shows, and
// with a second click, or a request that is sent again, it is as before. It reports false if what can't be read.
func (f *form) changeRows(data reflect.Value, what, shown string) bool {
	op, path, _ := strings.Cut(strings.Clone(what), " ") // the path is kept
	path, args, _ := strings.Cut(path, " ")
	n, v, found := f.resolve(data, path)
	if found == removed {
		return true
	}
	if found != known || n.kind != rows {
		return false
	}
	keys := f.keysOf(path, v.Len())
	page, isShown := rowsShown(shown, path)
	from, to, isMove := strings.Cut(args, " ")
	key, isKey := atoi(from)
	i := f.rowIndex(path, key, v.Len())
	switch op {
	case "add":
		if made := slices.IndexFunc(keys, func(key int) bool { return !slices.Contains(page, key) }); isShown && made >= 0 {
			f.focusOn = f.firstID(rowAt(path, keys[made]), n.inner)
			break
		}
		if most := f.mostRows(data, n); f.countRows(data) >= most {
			f.add(Problem{Field: path, Rule: RuleRows, Param: strconv.Itoa(most), Kind: "list"})
			f.focusOn = f.addID(path)
			break
		}
		key := f.nextKey(path, v.Len())
		v.Set(reflect.Append(v, reflect.Zero(n.inner.typ)))
		f.setKeys(path, append(keys, key))
		f.focusOn = f.firstID(rowAt(path, key), n.inner)
	case "remove":
		if !isKey {
			return false
		}
		if i < 0 {
			break // a second click
		}
		f.nextRow = f.nextKey(path, v.Len())
		v.Set(reflect.AppendSlice(v.Slice(0, i), v.Slice(i+1, v.Len())))
		f.forget(path, key)
		keys = slices.Delete(keys, i, i+1)
		f.setKeys(path, keys)
		f.afterRemove(path, i, keys)
	case "move":
		other, ok := atoi(to)
		if !isKey || !isMove || !ok {
			return false
		}
		j := f.rowIndex(path, other, v.Len())
		was, wasOther := slices.Index(page, key), slices.Index(page, other)
		isMoved := was >= 0 && wasOther >= 0 && was < wasOther != (i < j)
		if i < 0 || j < 0 || isMoved {
			break
		}
		row := reflect.New(n.inner.typ).Elem()
		row.Set(v.Index(i))
		keys = slices.Delete(keys, i, i+1)
		rest := reflect.AppendSlice(v.Slice(0, i), v.Slice(i+1, v.Len()))
		list := reflect.MakeSlice(n.typ, 0, v.Len())
		list = reflect.AppendSlice(list, rest.Slice(0, j))
		list = reflect.Append(list, row)
		v.Set(reflect.AppendSlice(list, rest.Slice(j, rest.Len())))
		f.setKeys(path, slices.Insert(keys, j, key))
		f.afterMove(path, key, i, j, v.Len())
	default:
		return false
	}
	f.use(path)
	f.source = path
	return true
}

// rowsShown returns the keys of the rows of a list that a page shows, of what formatRows has written.
func rowsShown(text, list string) (keys []int, ok bool) {
	lists, _ := parseRows(text)
	i := slices.IndexFunc(lists, func(l rowList) bool { return l.path == list })
	if i < 0 {
		return nil, false
	}
	return lists[i].keys, true
}

// mostRows is how many rows all lists may have, of which one more of a list is asked for: none whose fields
// could not be posted any more.
func (f *form) mostRows(data reflect.Value, list *field) int {
	fields := list.inner.count()
	f.walk(data, setOf(single, box, many), func(string, *field, reflect.Value) { fields++ })
	if fields > maxFields-ownFields {
		return min(f.countRows(data), MaxRows)
	}
	return MaxRows
}

// count counts the fields of a struct, without those of lists in it.
func (s *schema) count() (n int) {
	for _, f := range s.fields {
		switch f.kind {
		case rows:
		case group:
			n += f.inner.count()
		default:
			n++
		}
	}
	return n
}

// countRows counts the rows of all lists.
func (f *form) countRows(data reflect.Value) (n int) {
	f.walk(data, setOf(rows), func(_ string, _ *field, v reflect.Value) { n += v.Len() })
	return n
}

// rowList is a list of rows as a page shows it.
type rowList struct {
	path string
	keys []int
}

// maxRowsText is how many bytes a page may use to say which rows it shows.
const maxRowsText = 64 << 10

// formatRows writes what a page shows of rows: addresses=0,2,1 addresses[0].phones=0
func (f *form) formatRows(data reflect.Value) string {
	var b strings.Builder
	f.walk(data, setOf(rows), func(path string, _ *field, v reflect.Value) {
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(path + "=")
		for i := range v.Len() {
			if i > 0 {
				b.WriteByte(',')
			}
			b.WriteString(strconv.Itoa(f.rowKey(path, i)))
		}
	})
	return b.String()
}

// parseRows reads what formatRows has written. It returns errUnreadable for what that does not write, and
// errTooMuch for more rows than a form has.
func parseRows(text string) (lists []rowList, err error) {
	switch {
	case text == "":
		return nil, errUnreadable
	case len(text) > maxRowsText:
		return nil, errTooMuch
	}
	left := MaxRows
	for part := range strings.SplitSeq(text, " ") {
		path, keys, ok := strings.Cut(part, "=")
		if !ok {
			return nil, errUnreadable
		}
		l := rowList{path: strings.Clone(path)}
		for text := range strings.SplitSeq(keys, ",") {
			if keys == "" {
				break
			}
			key, ok := atoi(text)
			if !ok || slices.Contains(l.keys, key) {
				return nil, errUnreadable
			}
			if left--; left < 0 {
				return nil, errTooMuch
			}
			l.keys = append(l.keys, key)
		}
		lists = append(lists, l)
	}
	return lists, nil
}

// adoptRows gives the data the rows that the page shows. Those that are there already keep what is in
// them.
func (f *form) adoptRows(data reflect.Value, fields url.Values) {
	lists, _ := parseRows(fields.Get(listField))
	for _, l := range lists {
		n, v, found := f.resolve(data, l.path)
		if found != known || n.kind != rows {
			return
		}
		list := reflect.MakeSlice(n.typ, len(l.keys), len(l.keys))
		for i, key := range l.keys {
			if at := f.rowIndex(l.path, key, v.Len()); at >= 0 {
				list.Index(i).Set(v.Index(at))
			}
		}
		v.Set(list)
		f.setKeys(l.path, l.keys)
	}
}
