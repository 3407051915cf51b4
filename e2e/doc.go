// Package e2e holds the tests of the whole in a real browser: the demo as a program,
// built with the race detector, and pages that only tests need (package fixture),
// both seen through a network that package cut can disturb.
package e2e
