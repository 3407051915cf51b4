package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// secretFile is where the demo keeps its secret, so that open pages survive a restart.
func secretFile() (string, error) { return cached("secret") }

// cached is a file of the demo's in the user's cache folder.
func cached(name string) (string, error) {
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	return filepath.Join(dir, "sideband-demo", name), nil
}

// keptSecret returns the secret in a file, which it makes if there is none of the right
// size. Only the user may read the file.
func keptSecret(file string) ([]byte, error) {
	secret, err := os.ReadFile(file)
	if err == nil && len(secret) == minSecret {
		return secret, nil
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	secret = make([]byte, minSecret)
	_, _ = rand.Read(secret) // it never fails
	if err := writeSecret(file, secret); err != nil {
		return nil, fmt.Errorf("the secret can't be kept: %w", err)
	}
	return secret, nil
}

// writeSecret writes the whole file or none: another demo may be reading it.
func writeSecret(file string, secret []byte) error {
	dir := filepath.Dir(file)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, "new-*") // with mode 0600
	if err != nil {
		return err
	}
	_, err = f.Write(secret)
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), file)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}
