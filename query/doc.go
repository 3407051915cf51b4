// Package query keeps the result of a query up to date in a page or component.
//
// A key names the result. Keep says how to load it, and when again:
//
//	var Products = query.NewKey[Product]("products")
//
//	func (p Page) HandleParams(s *views.Socket, q Query) error {
//		Products.Keep(s, query.Live[Product]{
//			Page:    query.Page{Number: q.Page, Size: 20},
//			Load:    p.load,
//			Count:   p.count,
//			ID:      Product.Key,
//			Refetch: []pubsub.AnyTopic{p.Changed},
//			AtMost:  time.Second,
//		})
//		return nil
//	}
//
// The template reads Products.Get(ctx): the rows, the page that they are, whether more are on their way, and the error
// of the last load.
//
// Each message of a topic of Refetch loads again, in the background: the view goes on meanwhile. While a load runs, any
// number of further messages lead to one more. A page whose browser is not connected loads when it is connected
// again, if something has changed; only what its own callbacks ask for is loaded at once, in the callback, so that the
// first page that a browser gets has its rows.
//
// Views with the same Shared text share loads. A query ends with the page or component that keeps it.
package query
