package site

import (
	"context"
	"errors"

	"github.com/sideband-go/sideband/cmd/demo/products"
	"github.com/sideband-go/sideband/cmd/demo/users"
)

// Data is what the pages keep in a database. Without it, or a part of it, their pages fail and all others work.
type Data struct {
	Users    *users.Store
	Products products.Goods
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
	return &Data{people, goods}, nil
}

// Close closes the database.
func (d *Data) Close() error { return d.Users.Close() }
