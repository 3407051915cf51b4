package render

import "github.com/sideband-go/sideband/patch"

// draft is a rendering that was scanned and compared, ready to be committed.
type draft struct {
	pass    *pass
	scanned *patch.Scanned
	old     *region     // the region that was rendered alone; nil: the whole view
	where   patch.Place // of old, when the draft was scanned
}

// list returns a list of the draft alone.
func (p draft) list() []draft {
	p.pass.draft[0] = p
	return p.pass.draft[:]
}

// release returns the memory of drafts.
func release(drafts []draft) {
	for _, p := range drafts {
		p.release()
	}
}

// release returns the draft's memory.
func (p draft) release() {
	p.scanned.Release()
	p.pass.release()
}

// Rendering is the outcome of Render.
type Rendering struct {
	// Ops are the operations for the browser, the data of one message; empty if nothing has changed.
	Ops []byte
	// First are the operations of a message that has to be sent before, if there are any; see patch.Scanned.First.
	First []byte
	// Warnings are about HTML that costs more than necessary.
	Warnings []patch.Warning
	// Forms, of FormsOrWhole, are to be recovered first; then there is nothing else.
	Forms []Form
}
