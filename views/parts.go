package views

func (c *component) closing() (Message, bool) {
	return Message{Name: c.name + ".Close", part: c, closing: true, Run: func(s *Socket) error {
		if v, ok := c.value.(closer); ok && c.mounted {
			v.Close(s)
		}
		return nil
	}}, c.kind.closes
}

func (c *component) hasEnded() bool {
	c.in.mu.Lock()
	defer c.in.mu.Unlock()
	return c.ended
}

// lookup finds a component by its address; nil if it is not placed.
func (in *Instance) lookup(address string) *component {
	in.mu.Lock()
	defer in.mu.Unlock()
	return in.parts[address]
}

// add makes a component part of the view. It reports false if the view has ended.
func (in *Instance) add(c *component) bool {
	in.mu.Lock()
	defer in.mu.Unlock()
	if in.ended {
		return false
	}
	if in.parts == nil {
		in.parts = map[string]*component{}
	}
	in.parts[c.address()] = c
	c.index = len(in.all)
	in.all = append(in.all, c)
	in.placed = append(in.placed, c)
	return true
}

// move makes a component one that another component has placed.
func (in *Instance) move(c, placer *component) {
	in.mu.Lock()
	c.outer = placer
	in.mu.Unlock()
	c.scope.SetParent(placer.scope)
	c.around, c.moved = placer.scope, true
	c.change()
}

// remove ends components that no page shows any more.
func (in *Instance) remove(gone []*component) {
	var ends []*ending
	in.mu.Lock()
	for _, c := range gone {
		if c.ended {
			continue
		}
		c.ended = true
		ends = append(ends, c.ends...)
		c.ends = nil
		delete(in.parts, c.address())
		last := len(in.all) - 1
		in.all[c.index] = in.all[last]
		in.all[c.index].index = c.index
		in.all[last] = nil
		in.all = in.all[:last]
		if m, ok := c.closing(); ok {
			in.closing = append(in.closing, m)
		}
	}
	in.mu.Unlock()
	for _, e := range ends {
		in.guard(e.run)
	}
}
