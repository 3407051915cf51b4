package pubsub

import "encoding/json"

// nodeID tells the processes apart.
type nodeID [12]byte

// What goes through the broker begins with a version, what it is, and who sends it.
const (
	envelopeVersion = 1
	envelopeSize    = 2 + len(nodeID{})

	topicMessage    = 'm'
	presenceMessage = 'p'
)

// encode returns nothing if there is no broker.
func (b *Bus) encode(m any) ([]byte, error) {
	if b.Broker == nil {
		return nil, nil
	}
	data, err := json.Marshal(m)
	if err != nil {
		return nil, err
	}
	if len(data)+envelopeSize > b.maxMessage() {
		return nil, ErrTooLarge
	}
	return data, nil
}

func (b *Bus) envelope(kind byte, data []byte) []byte {
	node := b.self()
	e := make([]byte, 0, envelopeSize+len(data))
	e = append(e, envelopeVersion, kind)
	e = append(e, node[:]...)
	return append(e, data...)
}

func (b *Bus) unwrap(e []byte) (node nodeID, data []byte, ok bool) {
	if len(e) < envelopeSize || len(e) > b.maxMessage() || e[0] != envelopeVersion || e[1] != topicMessage && e[1] != presenceMessage {
		return nodeID{}, nil, false
	}
	copy(node[:], e[2:])
	return node, e[envelopeSize:], true
}
