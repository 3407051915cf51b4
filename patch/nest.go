package patch

import (
	"strings"
	"sync"
)

// misplaced reports whether the browser's parser would not put a tag where it
// stands, and how far down the stack of open elements that reaches: all below the
// returned place may be rearranged. The rules are those of the HTML standard's
// tree construction, read conservatively; nothing here imitates what the parser
// then does.
func (s *scanner) misplaced(name uint16) (reach int, why string) {
	top := len(s.stack) - 1
	parent := s.stack[top]
	if parent.foreign {
		if breaksOut()[name] && parent.name != tagForeignObject && parent.name != tagDesc && parent.name != tagTitle {
			return s.foreignAt(), "an element of HTML inside <svg> or <math>"
		}
		return 0, "" // any other nesting stays
	}
	if name < otherName && endsP[name] {
		if k := s.open(tagP, true); k >= 0 {
			return k - 1, "a block inside <p>"
		}
	}
	switch name {
	case tagA, tagButton, tagNobr, tagForm:
		if k := s.open(name, name != tagForm); k >= 0 {
			return k - 1, "<" + names[name] + "> inside <" + names[name] + ">"
		}
	case tagLi, tagDd, tagDt, tagOption, tagOptgroup:
		if k := s.openItem(name); k >= 0 {
			return k - 1, "<" + names[name] + "> directly inside an open <" + names[s.stack[k].name] + ">"
		}
	case tagH1, tagH2, tagH3, tagH4, tagH5, tagH6:
		if parent.name >= tagH1 && parent.name <= tagH6 {
			return top - 1, "a heading inside a heading"
		}
	case tagHtml, tagHead, tagBody, tagFrameset, tagFrame, tagPlaintext, tagImage:
		return top, "<" + names[name] + "> inside the page"
	}
	if why := misplacedInTable(parent.name, name); why != "" && (top > 0 || !isTablePart(name)) {
		if isTablePart(name) {
			return min(s.tableAt()+1, top), why // it stays in the table
		}
		return s.tableAt(), why
	}
	if parent.name == tagSelect && name != tagOption && name != tagOptgroup && name != tagHr && name != tagScript && name != tagTemplate {
		return top, "an element other than an option inside <select>"
	}
	return 0, ""
}

// breaksOut are the tags before which the parser closes all of svg and math.
var breaksOut = sync.OnceValue(func() map[uint16]bool {
	m := map[uint16]bool{}
	for name := range strings.FieldsSeq(`b big blockquote body br center code dd div dl dt em embed font h1 h2 h3 h4 h5 h6
		head hr i img li listing menu meta nobr ol p pre ruby s small span strong strike sub sup table tt u ul var`) {
		m[nameOf([]byte(name))] = true
	}
	return m
})

// foreignAt is just outside the innermost svg or math.
func (s *scanner) foreignAt() int { return int(s.nest[len(s.nest)-1].outside) }

// tableAt is just outside the innermost open table: where the parser moves what a
// table does not allow.
func (s *scanner) tableAt() int {
	if k := s.innermost(tagTable); k > 0 {
		return int(k) - 1
	}
	return len(s.stack) - 2
}

func isTablePart(name uint16) bool { return name >= tagCaption && name <= tagTh }

func misplacedInTable(parent, name uint16) string {
	var ok bool
	switch parent {
	case tagTable:
		ok = name == tagCaption || name == tagColgroup || name == tagThead || name == tagTbody || name == tagTfoot
	case tagThead, tagTbody, tagTfoot:
		ok = name == tagTr
	case tagTr:
		ok = name == tagTd || name == tagTh
	case tagColgroup:
		ok = name == tagCol
	default:
		ok = !isTablePart(name)
	}
	if ok || name == tagTemplate || name == tagScript || name == tagStyle {
		return ""
	}
	if parent == tagTable && name == tagTr {
		return "<tr> in <table> without <tbody>"
	}
	return "<" + tagText(name) + "> where a table or its parts do not allow it"
}

// open finds the innermost open element of the name; with scope, not beyond what
// bounds the parser's search.
func (s *scanner) open(name uint16, scope bool) int {
	around := &s.nest[len(s.nest)-1]
	if !scope {
		return found(around.form, 0) // forms alone are looked for everywhere
	}
	bound := around.scope
	if name == tagP {
		bound = max(bound, s.innermost(tagButton))
	}
	return found(s.innermost(name), bound)
}

// openItem finds the open item that a new one would close.
func (s *scanner) openItem(name uint16) int {
	bound, k := s.nest[len(s.nest)-1].items, s.innermost(name)
	switch name {
	case tagDd:
		k = max(k, s.innermost(tagDt))
	case tagDt:
		k = max(k, s.innermost(tagDd))
	case tagOptgroup:
		if o := s.innermost(tagOption); o > bound {
			return int(o)
		}
		bound = max(bound, 1) - 1 // it bounds the search for others, and is found itself
	}
	return found(k, bound)
}

// found is a place in the stack if it is not beyond another, else -1.
func found(k, bound int32) int {
	if k <= bound {
		return -1
	}
	return int(k)
}
