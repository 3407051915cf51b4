package main

import (
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestUsersAreInTheFileThatIsNamed(t *testing.T) {
	file := filepath.Join(t.TempDir(), "people.db")
	for range 2 { // new, and as it was left
		d := start(t, "-addr", "127.0.0.1:0", "-data", file)
		res, err := http.Get(d.url + "/users")
		if err != nil {
			t.Fatal(err)
		}
		page, err := io.ReadAll(res.Body)
		res.Body.Close()
		if err != nil || !strings.Contains(string(page), "12 users") {
			t.Errorf("%v %v: %s", res.Status, err, page)
		}
		http.DefaultClient.CloseIdleConnections()
		d.end(t)
		if _, err := os.Stat(file); err != nil {
			t.Error(err)
		}
	}
}
