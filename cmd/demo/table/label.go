package table

import (
	"math/rand/v2"

	"github.com/sideband-go/sideband/state"
)

// The benchmark's words, in its order.
var (
	adjectives = []string{
		"pretty", "large", "big", "small", "tall", "short", "long", "handsome", "plain", "quaint", "clean", "elegant", "easy",
		"angry", "crazy", "helpful", "mushy", "odd", "unsightly", "adorable", "important", "inexpensive", "cheap", "expensive", "fancy",
	}
	colours = []string{"red", "yellow", "blue", "green", "pink", "brown", "purple", "brown", "white", "black", "orange"}
	nouns   = []string{
		"table", "chair", "house", "bbq", "desk", "car", "pony", "cookie", "sandwich", "burger", "pizza", "mouse", "keyboard",
	}
)

// newRows makes n rows with the ids that follow and labels drawn by lot.
func newRows(w state.Writer, n int) []Row {
	last := LastID.Get(w)
	rows := make([]Row, n)
	for i := range rows {
		rows[i] = Row{last + i + 1, pick(adjectives) + " " + pick(colours) + " " + pick(nouns)}
	}
	LastID.Set(w, last+n)
	return rows
}

func pick(words []string) string { return words[rand.IntN(len(words))] }
