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

// ErrTooMany is returned if there are as many products as there may be.
var ErrTooMany = errors.New("there are too many products")

// maxProducts bounds the products, whatever is clicked.
const maxProducts = 10_500

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

// those is the part of a statement that says which products a query asks for.
func those(q Query) (from string, args []any) {
	where := []string{"1"}
	if q.Search != "" {
		where = append(where, `name LIKE ? ESCAPE '\'`)
		args = append(args, "%"+strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(q.Search)+"%")
	}
	if q.Category != all {
		where, args = append(where, "category = ?"), append(args, q.Category)
	}
	return " FROM products WHERE " + strings.Join(where, " AND "), args
}

// List returns products that a query asks for, in its order.
func (s *Store) List(ctx context.Context, q Query, limit, offset int) ([]Product, error) {
	order, ok := orders[q.Sort]
	if !ok {
		return nil, fmt.Errorf("products: no order %q", q.Sort)
	}
	from, args := those(q)
	return s.query(ctx, "SELECT id, name, category, cents"+from+" ORDER BY "+order+" LIMIT ? OFFSET ?", append(args, limit, offset)...)
}

// Count returns how many products a query asks for.
func (s *Store) Count(ctx context.Context, q Query) (n int, err error) {
	from, args := those(q)
	err = s.db.QueryRowContext(ctx, "SELECT count(*)"+from, args...).Scan(&n)
	return n, err
}

// ByID returns those of the products that exist.
func (s *Store) ByID(ctx context.Context, ids []string) ([]Product, error) {
	list, err := json.Marshal(ids)
	if err != nil {
		return nil, err
	}
	return s.query(ctx, `SELECT id, name, category, cents FROM products WHERE id IN (SELECT CAST(value AS INTEGER) FROM json_each(?))`, string(list))
}

func (s *Store) query(ctx context.Context, statement string, args ...any) (list []Product, err error) {
	rows, err := s.db.QueryContext(ctx, statement, args...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }() // Err has told what went wrong
	for rows.Next() {
		var p Product
		if err := rows.Scan(&p.ID, &p.Name, &p.Category, &p.Cents); err != nil {
			return nil, err
		}
		list = append(list, p)
	}
	return list, rows.Err()
}

// Insert adds a product whose name has its number in it, or returns [ErrTooMany].
func (s *Store) Insert(ctx context.Context, name, category string, cents int64) (Product, error) {
	p, err := scan(s.db.QueryRowContext(ctx, `
		INSERT INTO products (name, category, cents)
		SELECT ? || ' ' || (SELECT coalesce(max(id), 0) + 1 FROM products), ?, ? WHERE (SELECT count(*) FROM products) < ?
		RETURNING id, name, category, cents`, name, category, cents, maxProducts))
	if errors.Is(err, ErrNoProduct) {
		err = ErrTooMany
	}
	return p, err
}

// Delete removes a product, if it exists.
func (s *Store) Delete(ctx context.Context, id int64) error {
	_, err := s.db.ExecContext(ctx, `DELETE FROM products WHERE id = ?`, id)
	return err
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
