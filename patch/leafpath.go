package patch

import (
	"bytes"
	"slices"
	"strconv"
)

// maxLeafs is how many changed texts are sent one by one; beyond it the element
// with the id is sent whole.
const maxLeafs = 2

// setLeafs replaces texts of elements without ids below an element that has one.
func (d *differ) setLeafs(o, n int32) {
	a, b, p := &d.old.nodes[o], &d.new.nodes[n], d.html.pos[n]
	var changed []int
	for i := range d.new.leafs(b) {
		if d.old.leaf(a, i) != d.new.leaf(b, i) {
			changed = append(changed, i)
		}
	}
	html := d.html.html[p.inner:p.end]
	leafs, ok := d.leafsIn(html, n, changed)
	if !ok || len(changed) > maxLeafs || b.flags&foreign != 0 {
		d.replace(o, n)
		return
	}
	id := d.idOf(n)
	for _, i := range changed {
		if leafs[i].odd {
			d.replace(o, n)
			return
		}
	}
	for _, i := range changed {
		l := leafs[i]
		path := l.path
		if l.only {
			path = " " + l.tag
		}
		d.write(`<hx-partial hx-target="#`, string(id), path, `" hx-swap="textContent">`)
		d.dst = append(d.dst, l.text...)
		d.close()
	}
}

// leaf is an element without id that holds nothing but a text.
type leaf struct {
	tag  string
	path string // from the element with the id: ">td:nth-child(2)>a"; of wanted ones
	text []byte
	only bool // no other element below the id has the tag
	odd  bool // setting the text alone would show something else
}

// leafsIn finds the leafs in the content of a node, and checks that they are those
// the scanner saw. It tells the paths of those wanted.
func (d *differ) leafsIn(h []byte, n int32, wanted []int) (leafs []leaf, ok bool) {
	type open struct {
		tag      string
		nth      int // among its parent's children
		children int
		inner    int
		text     bool // holds only text so far
	}
	stack := make([]open, 1, 8)
	leafs = make([]leaf, 0, d.new.leafs(&d.new.nodes[n]))
	count := map[string]int{}
	for i := 0; i < len(h); {
		if h[i] != '<' || i+1 == len(h) {
			i++
			continue
		}
		switch c := lower(h[i+1]); {
		case c == '/':
			top := stack[len(stack)-1]
			end := bytes.IndexByte(h[i:], '>') + i + 1
			if len(stack) == 1 || end == i {
				i = len(h) // the end tag of the node itself
				break
			}
			if top.text {
				l := leaf{tag: top.tag, text: h[top.inner:i]}
				if slices.Contains(wanted, len(leafs)) {
					for _, e := range stack[1:] {
						l.path += ">" + e.tag + ":nth-child(" + strconv.Itoa(e.nth) + ")"
					}
				}
				leafs = append(leafs, l)
			}
			stack = stack[:len(stack)-1]
			i = end
		case c >= 'a' && c <= 'z':
			j := i + 1
			for j < len(h) && isNameByte(h[j]) {
				j++
			}
			t, whole := readTag(h, j)
			tag := string(h[i+1 : j])
			if !whole || !simpleTag(tag) {
				return nil, false
			}
			count[tag]++
			top := &stack[len(stack)-1]
			top.children++
			top.text = false
			name := nameOf(h[i+1 : j])
			raw := known(&isRaw, name) || name == tagTemplate || name == rawNoscript
			i = t.end
			if known(&isVoid, name) || t.selfClosing {
				break
			}
			nth := top.children
			if raw {
				if end := rawEnd(h[i:], name); end >= 0 {
					i += end
				}
			}
			stack = append(stack, open{tag: tag, nth: nth, inner: i, text: !raw})
		case c == '!' || c == '?':
			return nil, false
		default:
			i++
		}
	}
	return leafs, d.verify(leafs, count, n)
}

func simpleTag(tag string) bool {
	for i := range len(tag) {
		if c := tag[i]; (c < 'a' || c > 'z') && (i == 0 || (c < '0' || c > '9') && c != '-') {
			return false
		}
	}
	return tag != ""
}

// verify compares the digests of the leafs with the scanner's.
func (d *differ) verify(leafs []leaf, count map[string]int, n int32) bool {
	b := &d.new.nodes[n]
	if len(leafs) != d.new.leafs(b) {
		return false
	}
	for i := range leafs {
		l := &leafs[i]
		sum := uint64(0)
		if len(l.text) > 0 {
			sum = digest(l.text)
		}
		if sum != d.new.leaf(b, i) {
			return false
		}
		l.only = count[l.tag] == 1
		text, ok := plainText(l.text, nameOf([]byte(l.tag)))
		l.text, l.odd = text, !ok
	}
	return true
}
