// Package client is what pages do in the browser by themselves: menus, dialogs, tabs and tooltips of the platform, what
// is busy, and elements that a script of the application's brings to life. It writes attributes and markup; the kit has no
// JavaScript of its own but htmx, and what stands here works under its strict Content-Security-Policy.
//
// The helpers of the platform need no request, and what they have opened stays open through patches:
//
//	<button { client.ShowModal("invite")... }>Invite</button>
//	<dialog id="invite" { client.ClosedBy(client.Any)... }>
//		…
//		<button { client.Close("invite")... }>Cancel</button>
//	</dialog>
//
// An element of the application's own, such as a custom element, is what a hook is elsewhere. Its script keeps what is in
// it with [Ignore]; it sends what happens to a method of the page with [Push] or [On], gets an answer by
// views.Socket.Reply, and hears what the server pushes by views.Socket.PushEvent.
//
// All functions may be called from any goroutine.
package client
