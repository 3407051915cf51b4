// Package engines drives browsers of other engines than Chromium for tests: Firefox by WebDriver BiDi, WebKit by
// WebDriver. A [Tab] is used as internal/browser's Page is: it acts by real input, waits for conditions, and fails the test.
package engines
