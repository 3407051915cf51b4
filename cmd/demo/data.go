package main

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/sideband-go/sideband/cmd/demo/site"
	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/stash"
)

// open opens the database. Where there is no place for the usual one, it is one that
// is gone with the demo. What it returns beside it closes the database.
func (c config) open(ctx context.Context, logger *slog.Logger) (data *site.Data, done func() error, err error) {
	file, remove := c.data, func() error { return nil }
	if file == "" {
		if file, err = dataFile(); err != nil {
			logger.Warn("users, accounts and prices will be gone after a restart", "err", err)
			dir, err := os.MkdirTemp("", "sideband-demo-")
			if err != nil {
				return nil, nil, err
			}
			file, remove = filepath.Join(dir, "users.db"), func() error { return os.RemoveAll(dir) }
		}
	}
	data, err = site.Open(ctx, file)
	if err != nil {
		return nil, nil, errors.Join(err, remove())
	}
	return data, func() error { return errors.Join(data.Close(), remove()) }, nil
}

// openStashes opens the folder beside the database with what durable keys have kept.
func (c config) openStashes(kc *handlers.Config) error {
	file := c.data
	if file == "" {
		var err error
		if file, err = dataFile(); err != nil {
			return err
		}
	}
	files, err := stash.OpenFiles(file + ".stashes")
	if err == nil {
		kc.Stash.Store = files
	}
	return err
}

// dataFile is where the database usually is. It makes the folder.
func dataFile() (string, error) {
	file, err := cached("users.db")
	if err != nil {
		return "", err
	}
	return file, os.MkdirAll(filepath.Dir(file), 0o700)
}
