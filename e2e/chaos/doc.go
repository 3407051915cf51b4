// Package chaos holds a test that drives many pages of the demo, and of a page of forms, at once while
// everything around them fails: streams are cut, answers lost, requests delayed, reordered and
// repeated, tabs hidden, servers killed and replaced. At the end each page must show what
// its view renders, what was typed and submitted must be there, once, and nothing may be left behind.
package chaos
