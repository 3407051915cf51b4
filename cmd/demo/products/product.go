package products

import (
	"fmt"
	"strconv"
)

// Product is something to buy. It is a value without pointers, so that those which did not
// change are told from those that did without rendering them.
type Product struct {
	ID       int64
	Name     string
	Category string
	Cents    int64
}

// Bounds of prices, whatever is clicked.
const (
	minCents = 100
	maxCents = 1_000_000
)

// key is the product's id as a text.
func (p Product) key() string { return strconv.FormatInt(p.ID, 10) }

// price is the product's price as a text.
func (p Product) price() string { return fmt.Sprintf("%d.%02d", p.Cents/100, p.Cents%100) }

// category is one of those that products are in.
type category struct {
	name  string // in addresses
	label string
	nouns []string
}

var categories = []category{
	{"kitchen", "Kitchen", []string{"bowl", "bread knife", "colander", "jug", "kettle", "ladle", "mug", "pan", "pepper mill", "tray"}},
	{"garden", "Garden", []string{"bench", "bird bath", "fork", "lantern", "planter", "rake", "spade", "trellis", "trowel", "watering can"}},
	{"office", "Office", []string{"bookend", "clock", "desk lamp", "inkwell", "letter tray", "notebook", "pen holder", "ruler", "shelf", "stapler"}},
	{"travel", "Travel", []string{"backpack", "compass", "flask", "folding cup", "hammock", "map case", "suitcase", "tent", "torch", "umbrella"}},
	{"toys", "Toys", []string{"chess set", "dragon", "drum", "kite", "marble run", "puppet", "puzzle", "rocking horse", "spinning top", "train"}},
}

// all is the name of no category: products of all of them are shown.
const all = "all"

// label is what a category is called.
func label(name string) string {
	for _, c := range categories {
		if c.name == name {
			return c.label
		}
	}
	return "All"
}

var (
	adjectives = []string{
		"Amber", "Bright", "Calm", "Dapper", "Eager", "Fine", "Gentle", "Hardy", "Ivory", "Jolly",
		"Keen", "Light", "Merry", "Noble", "Old", "Plain", "Quiet", "Robust", "Slim", "Tidy",
	}
	materials = []string{"ash", "birch", "brass", "cherry", "copper", "enamel", "glass", "linen", "steel", "walnut"}
)

// Make makes the 10,000 products of a new database, the same ones each time.
func Make() []Product {
	var list []Product
	for a, adjective := range adjectives {
		for m, material := range materials {
			for _, c := range categories {
				for n, noun := range c.nouns {
					id := int64(len(list) + 1)
					cents := 495 + 100*((int64(a)*37+int64(m)*53+int64(n)*71+id*13)%240)
					list = append(list, Product{ID: id, Name: adjective + " " + material + " " + noun, Category: c.name, Cents: cents})
				}
			}
		}
	}
	return list
}
