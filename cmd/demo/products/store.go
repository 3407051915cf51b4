package products

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// ErrNoProduct is returned for a product that does not exist.
var ErrNoProduct = errors.New("there is no such product")

// Store keeps products in an SQLite database. Make it with [NewStore].
type Store struct{ db *sql.DB }

// NewStore returns the products in a database, which other tables may share. It makes and fills the
// table if there is none.
func NewStore(ctx context.Context, db *sql.DB) (*Store, error) {
	s := &Store{db}
	if err := s.migrate(ctx); err != nil {
		return nil, fmt.Errorf("the database of products: %w", err)
	}
	return s, nil
}

// migrate makes the table. Programs that open the same file at the same time wait for each other.
func (s *Store) migrate(ctx context.Context) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // nothing after Commit
	var exists bool
	if err := tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'products')`).Scan(&exists); err != nil || exists {
		return err
	}
	list, err := json.Marshal(Make())
	if err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `
		CREATE TABLE products (
			id       INTEGER PRIMARY KEY,
			name     TEXT NOT NULL,
			category TEXT NOT NULL,
			cents    INTEGER NOT NULL
		)`); err != nil {
		return err
	}
	// One statement is ten times as fast as 10,000.
	if _, err := tx.ExecContext(ctx, `
		INSERT INTO products (id, name, category, cents)
		SELECT value ->> 'ID', value ->> 'Name', value ->> 'Category', value ->> 'Cents' FROM json_each(?)`, string(list)); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `
		CREATE INDEX products_by_name ON products (name);
		CREATE INDEX products_by_price ON products (cents)`); err != nil {
		return err
	}
	return tx.Commit()
}

// orders are the values of [Query.Sort].
var orders = map[string]string{
	"name": "name, id", "-name": "name DESC, id DESC",
	"category": "category, name, id", "-category": "category DESC, name, id",
	"price": "cents, id", "-price": "cents DESC, id DESC",
}

// List returns a page of the products that a query asks for, and how many there are in all. A page
// beyond the end is the last one.
func (s *Store) List(ctx context.Context, q Query) (list []Product, found int, err error) {
	where, args := []string{"1"}, []any{}
	if q.Search != "" {
		where = append(where, `name LIKE ? ESCAPE '\'`)
		args = append(args, "%"+strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(q.Search)+"%")
	}
	if q.Category != all {
		where, args = append(where, "category = ?"), append(args, q.Category)
	}
	those := " FROM products WHERE " + strings.Join(where, " AND ")
	if err := s.db.QueryRowContext(ctx, "SELECT count(*)"+those, args...).Scan(&found); err != nil || found == 0 {
		return nil, found, err
	}
	offset := (min(q.Page, q.pages(found)) - 1) * q.Size
	order, ok := orders[q.Sort]
	if !ok {
		return nil, 0, fmt.Errorf("products: no order %q", q.Sort)
	}
	rows, err := s.db.QueryContext(ctx, "SELECT id, name, category, cents"+those+" ORDER BY "+order+" LIMIT ? OFFSET ?", append(args, q.Size, offset)...)
	if err != nil {
		return nil, 0, err
	}
	defer func() { _ = rows.Close() }() // Err has told what went wrong
	for rows.Next() {
		var p Product
		if err := rows.Scan(&p.ID, &p.Name, &p.Category, &p.Cents); err != nil {
			return nil, 0, err
		}
		list = append(list, p)
	}
	return list, found, rows.Err()
}

// Get returns a product, or [ErrNoProduct].
func (s *Store) Get(ctx context.Context, id int64) (Product, error) {
	return scan(s.db.QueryRowContext(ctx, `SELECT id, name, category, cents FROM products WHERE id = ?`, id))
}

// Reprice changes a price by so many percent, within bounds, and returns the product, or [ErrNoProduct].
func (s *Store) Reprice(ctx context.Context, id int64, percent int) (Product, error) {
	return scan(s.db.QueryRowContext(ctx, `
		UPDATE products SET cents = min(max(cents + cents * ? / 100, ?), ?) WHERE id = ? RETURNING id, name, category, cents`,
		percent, minCents, maxCents, id))
}

func scan(row *sql.Row) (p Product, err error) {
	err = row.Scan(&p.ID, &p.Name, &p.Category, &p.Cents)
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrNoProduct
	}
	return p, err
}
