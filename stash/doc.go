// Package stash is where durable state is kept: the values of durable keys, so that they survive
// the view they belong to.
//
// A [Store] keeps records for a while: small texts that the kit has sealed, under names that are
// hashes. It needs to know nothing of views or sessions. [Memory] keeps them in the process,
// which is for tests. Stores of one's own pass the suite of package stashtest.
package stash
