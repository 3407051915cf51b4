// Package commands tests in Chromium what pages do with handlers.Config{Commands: true}.
package commands
