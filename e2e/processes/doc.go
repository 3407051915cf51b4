// Package processes tests an application of several processes: sign-in over one database, with NATS between them. It is a
// module of its own, since only the test needs a server of NATS and a database together.
package processes
