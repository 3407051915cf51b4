//go:build race

package handlers_test

// racing tells that everything takes ten times as long.
const racing = true
