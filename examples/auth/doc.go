// Package auth is sign-in for a site of live pages: registration by mail, passwords, links by mail in place of a
// password, new passwords, changes of the address, a list of one's sessions, and a second look at who it is before
// sensitive pages. It is an example to copy into an application and to change there; docs/auth.md says how.
//
// Accounts, tokens and sessions are in SQLite. Tokens are random and stored as hashes. All pages work without
// JavaScript.
//
//	accounts, err := auth.Open(ctx, db)
//	…
//	kit := handlers.New(handlers.Config{Identity: auth.Identity})
//	a := auth.New(auth.Config{Kit: kit, Accounts: accounts, Mailer: mailer, URL: "https://example.org"})
//	r.Use(kit.Middleware)
//	r.Group(func(r chi.Router) {
//		r.Use(a.Load)
//		a.Routes(r)
//		r.With(kit.Hooks(auth.Require)).Handle("/account", handlers.View(kit, Home{}))
//	})
package auth
