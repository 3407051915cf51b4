// Package deploy holds the tests of what docs/deploying.md says: a live page behind the
// usual middleware, routers and proxies, over each protocol, with one process and with
// several.
package deploy
