// Package scope is the engine below package state: untyped keys, the scopes that hold their
// values, the transactions that change them, and the reads that a rendering has made.
//
// A callback writes into a [Tx], which is committed when the callback succeeds and dropped
// when it fails. A rendering reads through a [Source] of its [Tracker], which records each
// [Read]. [Changes] then answers which of those reads are out of date.
//
// A scope holds its values in an immutable list behind an atomic pointer. What is dirty is
// the difference between the current list and the list as last rendered, so a key that is
// set back to its old value before the next rendering is clean again.
//
// Its panics and errors begin with "state:", the package that application code calls.
package scope
