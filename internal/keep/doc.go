// Package keep writes the state of views into a stash.Store behind them: nobody waits for a write, the
// newest state of a record wins, one write of a record is under way at a time, and what fails is tried
// again. It seals what it writes.
package keep
