package sse

import "strconv"

// maxMembers is how many connections subscribe to one r3labs stream: to leave it takes time in
// proportion to them.
const maxMembers = 1000

// group is an r3labs stream that connections subscribe to. It has a goroutine, so that one for each
// connection would cost memory. Nothing is published to it.
type group struct {
	name    string
	members int // Server.mu guards it
}

// join makes conn a member of a group that has room. The caller holds mu.
func (s *Server) join(conn *Connection) {
	if s.newest == nil || s.newest.members == maxMembers {
		s.groups++
		s.newest = &group{name: strconv.FormatUint(s.groups, 10)}
		s.events.CreateStream(s.newest.name)
	}
	conn.group = s.newest
	conn.group.members++
}

// part ends the membership of conn, and its group with the last member. The caller holds mu, and
// r3labs has unsubscribed the client: a goroutine of r3labs' would wait for ever otherwise.
func (s *Server) part(conn *Connection) {
	g := conn.group
	if g.members--; g.members > 0 {
		return
	}
	s.events.RemoveStream(g.name)
	if s.newest == g {
		s.newest = nil
	}
}
