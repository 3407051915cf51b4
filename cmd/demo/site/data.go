package site

import (
	"context"
	"errors"
	"path/filepath"

	"github.com/sideband-go/sideband/cmd/demo/files"
	"github.com/sideband-go/sideband/cmd/demo/products"
	"github.com/sideband-go/sideband/cmd/demo/users"
	"github.com/sideband-go/sideband/examples/auth"
	"github.com/sideband-go/sideband/handlers"
)

// Data is what the pages keep in a database. Without it, or a part of it, their pages fail and all others work.
type Data struct {
	Users    *users.Store
	Products products.Goods
	Files    *files.Folder // nil: it keeps no files
	Accounts *auth.Accounts
	SignIn   auth.Limits
	Commands *handlers.Kit // of the page with commands; nil: one with secrets of its own
}

// Open opens the database in a file, which it makes and fills if there is none.
func Open(ctx context.Context, file string) (*Data, error) {
	people, err := users.Open(ctx, file)
	if err != nil {
		return nil, err
	}
	goods, err := products.NewStore(ctx, people.DB())
	if err != nil {
		return nil, errors.Join(err, people.Close())
	}
	accounts, err := auth.Open(ctx, people.DB())
	if err != nil {
		return nil, errors.Join(err, people.Close())
	}
	folder, err := files.OpenFolder(filepath.Join(filepath.Dir(file), "uploads"))
	if err != nil {
		return nil, errors.Join(err, people.Close())
	}
	return &Data{Users: people, Products: goods, Files: folder, Accounts: accounts}, nil
}

// Close closes the database.
func (d *Data) Close() error { return d.Users.Close() }
