// Package pubsub carries typed messages between views and the rest of the program, and
// tracks who is present.
//
// A [Topic] is a name and the type of its messages. Pages hold topics in fields, pages
// and components subscribe in Mount, and any code publishes:
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
// A [Presence] is the list of members that look at something: users, or whatever the
// application wants to know of them. See [Join].
//
// # Guarantees
//
// A message reaches each subscriber at most once. Messages of one goroutine, and those of
// one view's callbacks, arrive in order. Messages of several publishers may arrive in a
// different order at each subscriber.
//
// A publisher never waits for subscribers. A subscriber whose mailbox is full has lost a
// message, and would show something wrong from then on: its view is dropped and
// remounted, as after a restart of the server. So Mount must read from a database, say,
// what messages change. A view that lags again and again is remounted after growing pauses.
//
// Subscribers share a message: nobody may change it, or what it points to, once it is
// published.
//
// # Several processes
//
// With a [Broker], messages reach the views of all processes that share it. They are
// encoded with encoding/json, so other processes do not get what JSON leaves out, such as
// unexported fields, and types that JSON can't decode, such as interfaces, don't work.
// Messages that a broker loses are lost for the views of other processes, without notice.
package pubsub
