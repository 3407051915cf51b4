package main

import (
	"bytes"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

func TestTheSecretIsKeptForTheUserAlone(t *testing.T) {
	cacheIn(func(key, value string) error { t.Setenv(key, value); return nil }, t.TempDir())
	file, err := secretFile()
	if err != nil {
		t.Fatal(err)
	}
	d := start(t, "-addr", "127.0.0.1:0")
	d.end(t)
	if want := "Open pages survive a restart, with the secret in " + file + "\n"; d.said.String() != want {
		t.Errorf("printed %q, want %q", d.said, want)
	}
	secret, err := os.ReadFile(file)
	if err != nil || len(secret) != minSecret {
		t.Fatalf("the secret is %d bytes (%v)", len(secret), err)
	}
	if bytes.Contains(d.logs.Bytes(), secret) {
		t.Error("the secret was logged")
	}
	if runtime.GOOS != "windows" {
		for path, want := range map[string]os.FileMode{file: 0o600, filepath.Dir(file): 0o700} {
			if info, err := os.Stat(path); err != nil || info.Mode().Perm() != want {
				t.Errorf("%s has the mode %v (%v), want %v", path, info.Mode().Perm(), err, want)
			}
		}
	}
	if rest, err := filepath.Glob(filepath.Join(filepath.Dir(file), "*")); err != nil || len(rest) != 4 { // beside the database, the folder of uploads, the stashes
		t.Errorf("the folder holds %q (%v)", rest, err)
	}

	again, err := keptSecret(file)
	if err != nil || !bytes.Equal(again, secret) {
		t.Errorf("another secret is read (%v)", err)
	}
	if err := os.WriteFile(file, secret[:10], 0o600); err != nil {
		t.Fatal(err)
	}
	if other, err := keptSecret(file); err != nil || len(other) != minSecret || bytes.Equal(other, secret) {
		t.Errorf("in place of a broken secret: %d bytes (%v)", len(other), err)
	}
}

func TestWithoutACacheFolderNothingIsKept(t *testing.T) {
	file := filepath.Join(t.TempDir(), "no folder")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{file, ""} {
		cacheIn(func(key, value string) error { t.Setenv(key, value); return nil }, dir)
		d := start(t, "-addr", "127.0.0.1:0")
		d.end(t)
		for _, want := range []string{"open pages will reload after a restart", "users, accounts and prices will be gone after a restart"} {
			if !strings.Contains(d.logs.String(), want) || d.said.Len() > 0 {
				t.Errorf("cache folder %q: printed %q, log:\n%s", dir, d.said, d.logs)
			}
		}
	}
}
