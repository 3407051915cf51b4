// Package params carries the parameters of pages and events between Go values and what browsers
// send: addresses, queries and the fields of forms.
package params
