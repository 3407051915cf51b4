// Package pubsub carries typed messages between views and the rest of the program, and
// tells who is where.
//
// A [Topic] is a name and the type of its messages. Pages get topics as fields, views
// and components subscribe in Mount, and anybody publishes:
//
//	var bus pubsub.Bus // the zero value works inside one process
//
//	posts := pubsub.NewTopic[Post](&bus, "posts")
//
//	func (p Page) Mount(s *views.Socket, q Query) error {
//		if err := pubsub.Subscribe(s, p.Posts.Of(q.Room), Page.posted); err != nil {
//			return err
//		}
//		Posts.Set(s, p.Store.Last(q.Room, 50)) // after Subscribe: nothing is missed between
//		return nil
//	}
//
//	func (Page) posted(s *views.Socket, post Post) error { … } // unexported: no browser can forge it
//
//	p.Posts.Of(room).Publish(s, post)     // in a callback: when it has succeeded
//	posts.Of("go").Publish(ctx, post)     // anywhere else: at once
//
// A [Presence] is a list of who is looking at something, with whatever the author wants
// known of them. See [Join].
//
// # What may be relied on
//
// A message reaches each subscriber at most once. What one goroutine publishes, and what
// one view's callbacks publish, arrives in that order; messages of several publishers
// may arrive in another order at each subscriber.
//
// A publisher never waits for subscribers. A subscriber whose mailbox is full has lost a
// message, so what it shows is wrong from then on: its view is dropped, and its page
// mounts it again, as after a restart of the server. So Mount must read what messages
// have changed, from a database say.
//
// Subscribers share a message: it, and what it points to, must not be changed by
// anybody once it is published.
//
// # Several processes
//
// With a [Broker], messages reach the views of all processes that share it. They are
// encoded with encoding/json then, so what JSON leaves out (unexported fields, say) is missing in
// the other processes, and a type that JSON can't decode (an interface) can't be used.
// What a broker loses is lost for the views of the other processes, without notice.
package pubsub
