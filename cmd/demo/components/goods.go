package components

import (
	"cmp"
	"fmt"
	"strings"
)

// Good is what the table shows.
type Good struct {
	ID    int // its place in goods
	Name  string
	Cents int
}

var goods = []Good{{0, "Tea", 450}, {1, "Coffee", 890}, {2, "Sugar", 120}, {3, "Cocoa", 640}}

// Amounts says how many of each good are in the basket.
type Amounts [4]int

const maxAmount = 99

func (a Amounts) total() (n, cents int) {
	for i, of := range a {
		n += of
		cents += of * goods[i].Cents
	}
	return n, cents
}

func price(cents int) string { return fmt.Sprintf("%d.%02d", cents/100, cents%100) }

func byName(a, b Good) int { return strings.Compare(a.Name, b.Name) }

func byPrice(a, b Good) int { return cmp.Compare(a.Cents, b.Cents) }
