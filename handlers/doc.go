// Package handlers serves views over HTTP. A [Kit] is made once per application;
// [View] makes of a page one http.Handler that answers the page (GET), its events
// (POST) and its connection (GET with ?sideband=stream), so that a route's middleware runs
// for all three.
//
// The kit owns the execution of views: one callback of a view runs at a time, each
// with a deadline, and a view with nothing to do has no goroutine.
package handlers
