package patch

// Unsure is how an event finds a page that shows the view as it was last rendered, or as it was before: answers
// may not have arrived. Controls of which the event has told what the view says, and which it has not changed
// otherwise since the last rendering, are left alone: what their user has made of them since is on its way. Text areas
// are not among them, since a morph has to carry their text.
type Unsure struct {
	behind map[string]bool // those whose HTML is older than what they show, by their ids
}

// Unsure finds the controls that are left alone.
func (r *Scanned) Unsure(old *Tree, p Posted) Unsure {
	u := Unsure{map[string]bool{}}
	if p.Left || p.Form && p.Typing {
		return u
	}
	was, is := old.view(), r.view(old)
	before := map[string]int32{}
	for i := range old.nodes {
		if n := &old.nodes[i]; n.isControl() && n.idLen > 0 {
			before[string(was.id(n))] = int32(i)
		}
	}
	read := readControls(r.html, "", p)
	form := read.form
	if form == 0 && read.source >= 0 {
		form = read.controls[read.source].form
	}
	if form == 0 {
		return u
	}
	places := read.places()
	for i := range read.controls {
		c := &read.controls[i]
		if c.form != form || c.id == "" || c.name == "" || c.bound == "" || c.disabled || c.isField() && !c.isLine() {
			continue
		}
		o, isOld := before[c.id]
		n, ok := r.node([]byte(c.id))
		if !isOld || !ok || !r.nodes[n].isControl() || old.nodes[o].name != r.nodes[n].name {
			continue
		}
		a, options := was.own(&old.nodes[o])
		b, newOptions := is.own(&r.nodes[n])
		bits := old.nodes[o].bits()
		wrong, known := c.wrong(p.Fields, places[i])
		if wrong || !known || options != newOptions || a != b && bits&touched != 0 {
			continue
		}
		if a != b && c.isLine() {
			bits = behind
		}
		if bits == behind && c.isLine() {
			u.behind[c.id] = true
		}
		r.nodes[n].setBits(bits)
		r.shown = append(r.shown, c.key)
	}
	return u
}

// AppendMorph is AppendMorph that leaves them alone.
func (u Unsure) AppendMorph(dst []byte, root string, view []byte) []byte {
	dst = append(dst, `<hx-partial id="`+root+`" hx-swap="innerMorph">`...)
	dst = morphed{paint: true, leaves: u.leaves}.append(dst, view)
	return append(dst, `</hx-partial>`...)
}

func (u Unsure) leaves(id []byte) bool { return u.behind[string(id)] }
