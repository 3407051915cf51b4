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
// A [Presence] is the list of members that look at something, such as users. See [Join].
//
// # Guarantees
//
// A message reaches each subscriber at most once. Messages of one goroutine, and those of
// one view's callbacks, arrive in order. Messages of several publishers may arrive in a
// different order at each subscriber.
//
// A publisher never waits for subscribers. A subscriber whose mailbox is full loses a message. Its
// view is remounted, as after a restart of the server, since it would show something wrong. So Mount
// must read the state that messages change, from a database for example. A view that keeps lagging is
// remounted after growing pauses.
//
// Subscribers share a message: do not change it, or what it points to, once it is published.
//
// # Several processes
//
// With a [Broker], messages reach the views of all processes that share it. They are encoded with
// encoding/json: other processes do not get unexported fields, and types that JSON cannot decode,
// such as interfaces, do not work. The packages natsbroker (pubsub/nats) and redisbroker (pubsub/redis) are
// brokers, in modules of their own.
//
// A message that the broker did not accept is lost for other processes. They hear of that once it accepts
// messages again, and remount the views that have subscribed to the topic. They also do so when a broker
// that is a [GapNotifier] has lost its connection or dropped messages. What other brokers lose is lost
// without notice.
package pubsub
