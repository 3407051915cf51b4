package stash_test

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/stash"
)

// A kit keeps the values of durable keys in files. A folder belongs to one application, whose processes on the machine share it.
func ExampleOpenFiles() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = os.RemoveAll(dir) }()
	files, err := stash.OpenFiles(filepath.Join(dir, "stashes"))
	if err != nil {
		fmt.Println(err)
		return
	}
	kit := handlers.New(handlers.Config{Stash: handlers.Stash{Store: files}})
	fmt.Println(kit.Stats().StashPending, "states wait")
	// Output: 0 states wait
}
