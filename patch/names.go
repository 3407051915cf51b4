package patch

import "strings"

// A tag name is kept as a number: those of HTML by their place in the table below,
// others (custom elements, unknown ones) by a hash with the top bit set.
const otherName = 1 << 15

// Tags that the scanner or the nesting rules treat in their own way come first,
// under constants; the rest only need a number.
const (
	tagNone uint16 = iota
	tagA
	tagButton
	tagForm
	tagLi
	tagDd
	tagDt
	tagOption
	tagOptgroup
	tagSelect
	tagTable
	tagCaption
	tagColgroup
	tagCol
	tagThead
	tagTbody
	tagTfoot
	tagTr
	tagTd
	tagTh
	tagP
	tagPre
	tagListing
	tagTextarea
	tagTemplate
	tagSvg
	tagMath
	tagForeignObject
	tagDesc
	tagTitle
	tagScript
	tagStyle
	tagH1
	tagH2
	tagH3
	tagH4
	tagH5
	tagH6
	tagHr
	tagHtml
	tagHead
	tagBody
	tagFrameset
	tagFrame
	tagPlaintext
	tagImage
	tagNobr
	tagInput
	tagUl
	tagOl
	tagDl
	tagMenu
	tagObject
	tagMarquee
	tagApplet
	tagDetails
	tagDialog
	tagFieldset
	tagLegend
	tagNoscript
	firstPlain
)

var special = [...]string{
	tagA: "a", tagButton: "button", tagForm: "form", tagLi: "li", tagDd: "dd", tagDt: "dt", tagOption: "option",
	tagOptgroup: "optgroup", tagSelect: "select", tagTable: "table", tagCaption: "caption", tagColgroup: "colgroup",
	tagCol: "col", tagThead: "thead", tagTbody: "tbody", tagTfoot: "tfoot", tagTr: "tr", tagTd: "td", tagTh: "th",
	tagP: "p", tagPre: "pre", tagListing: "listing", tagTextarea: "textarea", tagTemplate: "template", tagSvg: "svg",
	tagMath: "math", tagForeignObject: "foreignobject", tagDesc: "desc", tagTitle: "title", tagScript: "script",
	tagStyle: "style", tagH1: "h1", tagH2: "h2", tagH3: "h3", tagH4: "h4", tagH5: "h5", tagH6: "h6", tagHr: "hr",
	tagHtml: "html", tagHead: "head", tagBody: "body", tagFrameset: "frameset", tagFrame: "frame",
	tagPlaintext: "plaintext", tagImage: "image", tagNobr: "nobr", tagInput: "input", tagUl: "ul", tagOl: "ol",
	tagDl: "dl", tagMenu: "menu", tagObject: "object", tagMarquee: "marquee", tagApplet: "applet",
	tagDetails: "details", tagDialog: "dialog", tagFieldset: "fieldset", tagLegend: "legend",
	tagNoscript: "noscript",
}

const (
	voids    = "area base br col embed hr img input link meta param source track wbr"
	rawTexts = "script style xmp iframe noembed noframes noscript textarea title"
	// closesP are the tags before which the browser's parser closes an open <p>.
	closesP = "address article aside blockquote center details dialog dir div dl dd dt fieldset figcaption figure footer form " +
		"h1 h2 h3 h4 h5 h6 header hgroup hr li listing main menu nav ol p plaintext pre search section summary table ul xmp"
	scopes     = "td th caption table template object marquee applet"
	itemBounds = "ul ol dl menu select td th table optgroup button object"
	inline     = "span b i em strong small label code abbr time s u sub sup mark kbd var samp q cite data dfn bdi bdo ins del " +
		"legend output progress meter datalist canvas video audio picture map dialog slot ruby rt rp " +
		"circle rect path g line polyline polygon ellipse text tspan defs use symbol marker"
)

var (
	names   []string
	shorts  = map[uint64]uint16{} // names of at most eight bytes, packed
	longs   = map[string]uint16{}
	isVoid  [maxKnown]bool
	isRaw   [maxKnown]bool
	endsP   [maxKnown]bool
	isTable [maxKnown]bool // may have no text or other elements as children
	// isScope and boundsItems end the parser's search for an open element, and for an open item.
	isScope     [maxKnown]bool
	boundsItems [maxKnown]bool
)

// maxKnown is more than the names that have a number of their own.
const maxKnown = 1 << 8

func init() {
	for i, n := range special {
		names = append(names, n)
		if i > 0 {
			index(n, uint16(i))
		}
	}
	for _, class := range []struct {
		list string
		set  *[maxKnown]bool
	}{{voids, &isVoid}, {rawTexts, &isRaw}, {closesP, &endsP}, {"table thead tbody tfoot tr colgroup", &isTable}, {scopes, &isScope}, {itemBounds, &boundsItems}, {inline, new([maxKnown]bool)}} {
		for n := range strings.FieldsSeq(class.list) {
			class.set[learn(n)] = true
		}
	}
}

func learn(n string) uint16 {
	if id := nameOf([]byte(n)); id < otherName {
		return id
	}
	id := uint16(len(names))
	names = append(names, n)
	index(n, id)
	return id
}

func index(n string, id uint16) {
	if p, ok := pack([]byte(n)); ok {
		shorts[p] = id
	} else {
		longs[n] = id
	}
}

// pack lower-cases a name of at most eight bytes into a number.
func pack(n []byte) (p uint64, ok bool) {
	if len(n) > 8 {
		return 0, false
	}
	for _, c := range n {
		p = p<<8 | uint64(lower(c))
	}
	return p, true
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

func nameOf(n []byte) uint16 {
	if p, ok := pack(n); ok {
		if id := shorts[p]; id != 0 {
			return id
		}
		return otherName | uint16(digest(n))
	}
	low := make([]byte, 0, 32)
	for _, c := range n {
		low = append(low, lower(c))
	}
	if id := longs[string(low)]; id != 0 {
		return id
	}
	return otherName | uint16(digest(low))
}

// tagText is a name to write a stub with: of custom elements any name will do that
// the parser leaves where it is.
func tagText(name uint16) string {
	if name < otherName {
		return names[name]
	}
	return "span"
}

func known(set *[maxKnown]bool, name uint16) bool { return name < otherName && set[name] }
