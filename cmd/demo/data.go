package main

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/sideband-go/sideband/cmd/demo/users"
)

// users opens the database of users. Where there is no place for the usual one, it is one that
// is gone with the demo. What it returns beside it closes the database.
func (c config) users(ctx context.Context, logger *slog.Logger) (store *users.Store, done func() error, err error) {
	file, remove := c.data, func() error { return nil }
	if file == "" {
		if file, err = usersFile(); err != nil {
			logger.Warn("users will be gone after a restart", "err", err)
			dir, err := os.MkdirTemp("", "sideband-demo-")
			if err != nil {
				return nil, nil, err
			}
			file, remove = filepath.Join(dir, "users.db"), func() error { return os.RemoveAll(dir) }
		}
	}
	store, err = users.Open(ctx, file)
	if err != nil {
		return nil, nil, errors.Join(err, remove())
	}
	return store, func() error { return errors.Join(store.Close(), remove()) }, nil
}

// usersFile is where the database of users usually is. It makes the folder.
func usersFile() (string, error) {
	file, err := cached("users.db")
	if err != nil {
		return "", err
	}
	return file, os.MkdirAll(filepath.Dir(file), 0o700)
}
