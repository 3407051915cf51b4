package sse

import "strconv"

// maxMembers bounds the connections that subscribe to one r3labs stream: the time to unsubscribe one
// grows with their number.
const maxMembers = 1000

// group is an r3labs stream that connections share, since each stream has a goroutine. Nothing is
// published to it.
type group struct {
	name    string
	members int // Server.mu guards it
}

// join makes conn a member of a group with room. The caller holds mu.
func (s *Server) join(conn *Connection) {
	if s.newest == nil || s.newest.members == maxMembers {
		s.groups++
		s.newest = &group{name: strconv.FormatUint(s.groups, 10)}
		s.events.CreateStream(s.newest.name)
	}
	conn.group = s.newest
	conn.group.members++
}

// part ends the membership of conn, and removes its group with the last member. The caller holds mu.
// r3labs must have unsubscribed the client before: else a goroutine of r3labs waits for ever.
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
