package scope_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/sideband-go/sideband/internal/scope"
)

// plainScope is a scope without transactions and versions: what it holds and what the page shows of it.
type plainScope struct{ now, shown map[*scope.Key]int }

func (p plainScope) dirty(keys []*scope.Key) bool {
	for _, k := range keys {
		if p.changed(k) {
			return true
		}
	}
	return false
}

func (p plainScope) changed(k *scope.Key) bool {
	n, isNow := p.now[k]
	o, was := p.shown[k]
	return isNow != was || n != o
}

func copyOf(m map[*scope.Key]int) map[*scope.Key]int {
	c := map[*scope.Key]int{}
	for k, v := range m {
		c[k] = v
	}
	return c
}

// A scope knows what the page shows however sets, renderings and rollbacks follow each other.
func TestDirtyIsTheDifferenceToWhatIsShown(t *testing.T) {
	for seed := range uint64(2000) {
		r := rand.New(rand.NewPCG(seed, 1))
		// No two values of the second key are equal: the model sets each only once.
		keys := []*scope.Key{keyOf[int]("plain"), {Name: "always new"}, keyOf[int]("rare")}
		s := scope.New(owner("page"), nil)
		model := plainScope{map[*scope.Key]int{}, map[*scope.Key]int{}}
		type snapshot struct {
			scope scope.Snapshot
			model map[*scope.Key]int
		}
		saved := []snapshot{{s.Snapshot(), copyOf(model.now)}}
		reads := map[*scope.Key][]scope.Read{}
		for _, k := range keys {
			reads[k] = reading(s, func(ctx context.Context) { read(ctx, k) })
		}
		var log strings.Builder
		for step := range 12 {
			switch r.IntN(5) {
			case 0, 1:
				tx := s.Begin()
				for range 1 + r.IntN(2) {
					k, v := keys[min(r.IntN(4), 2)], r.IntN(2)
					if k.Equal == nil {
						v = 100 + step*10 + len(log.String())
					}
					tx.Set(k, v)
					model.now[k] = v
					fmt.Fprintf(&log, "set %s to %d; ", k.Name, v)
				}
				tx.Commit()
			case 2:
				s.Rendered()
				model.shown = copyOf(model.now)
				log.WriteString("rendered; ")
			case 3:
				saved = append(saved, snapshot{s.Snapshot(), copyOf(model.now)})
				fmt.Fprintf(&log, "snapshot %d; ", len(saved)-1)
			case 4:
				i := r.IntN(len(saved))
				s.Restore(saved[i].scope)
				model.now = copyOf(saved[i].model)
				fmt.Fprintf(&log, "restore %d; ", i)
			}
			for _, k := range keys {
				if got, want := dirty(reads[k]), model.changed(k); got != want {
					t.Fatalf("seed %d, %s\n%s is changed: %v, not %v", seed, log.String(), k.Name, got, want)
				}
			}
			if got, want := s.Dirty(), model.dirty(keys); got != want {
				t.Fatalf("seed %d, %s\nthe scope is dirty: %v, not %v", seed, log.String(), got, want)
			}
		}
	}
}
