package live

// Client is who uses a page.
type Client struct {
	Owner
	Network string // where the request comes from; "" without one
}

// ClientKey is the key under which the context of a request has its Requester.
type ClientKey struct{}

// Requester says who has sent a request.
type Requester interface {
	Client() Client
	Network() string
}

// Client returns whose page it is, and where the request comes from that has caused the callback. While the page is
// first served, its view has no owner yet: then the request says whose it is.
func (cb *Callback) Client() Client {
	r, _ := cb.Value(ClientKey{}).(Requester)
	owner := cb.view.Owner()
	switch {
	case r == nil:
		return Client{Owner: owner}
	case owner == Owner{}:
		return r.Client()
	}
	return Client{owner, r.Network()}
}
