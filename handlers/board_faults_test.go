package handlers_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/handlers/internal/board"
	tabs "github.com/sideband-go/sideband/internal/tab"
	"github.com/sideband-go/sideband/sse"
	"github.com/sideband-go/sideband/views"
)

// Case 49: TestStreamsThroughFaults changes a list at random, while connections break, get lost and
// grow old, tabs hide and views go, and compares what the page shows in the end.
// SIDEBAND_PAIRS says how many seeds it begins with, if not the usual number.
func TestStreamsThroughFaults(t *testing.T) {
	t.Parallel()
	seeds := 48
	if n, err := strconv.Atoi(os.Getenv("SIDEBAND_PAIRS")); err == nil {
		seeds = n
	}
	for seed := range uint64(seeds) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			p := board.Page{List: &board.List{}}
			if seed%3 == 2 {
				p.Large = strings.Repeat("y", 3000)
			}
			c := handlers.Config{Timeouts: handlers.Timeouts{ConnectionAge: 40 * time.Second}}
			if seed%4 > 0 {
				c.Connection = sse.Config{MaxPending: int(seed % 4)}
			}
			readBoard(t, p, c, func(r *reader) { throughFaults(r, seed) })
		})
	}
}

func throughFaults(r *reader, seed uint64) {
	rnd := rand.New(rand.NewPCG(seed, 9))
	r.live()
	for range 12 {
		for range 1 + rnd.IntN(12) {
			id := func() string { return fmt.Sprint(rnd.IntN(25), []string{"", " ", "é"}[rnd.IntN(3)]) }
			ids := make([]string, 1+rnd.IntN(3))
			for i := range ids {
				ids[i] = id()
			}
			switch rnd.IntN(18) {
			case 0, 1, 2:
				r.do("append", ids...)
			case 3:
				r.do("prepend", ids...)
			case 4:
				r.list.Do(board.Change{Kind: "insert", At: rnd.IntN(10), Lines: lines(ids...)}, views.Ref{})
			case 5, 6:
				r.do("delete", ids...)
			case 7:
				changed := lines(ids[0])
				changed[0].Text += fmt.Sprint(" changed ", rnd.IntN(100))
				r.list.Do(board.Change{Kind: "update", Lines: changed}, views.Ref{})
			case 8:
				if rnd.IntN(4) == 0 {
					r.do("reset", ids...)
				}
			case 9:
				if err := r.Click(tabs.First([]string{"#add", "#write"}[rnd.IntN(2)])); err != nil && !errors.Is(err, tabs.ErrNoPage) {
					r.t.Fatal(err)
				}
			case 10:
				r.wire.swallow()
			case 11:
				r.wire.cut(false)
			case 12:
				r.Hide()
			case 13:
				r.Show()
			case 14:
				if rnd.IntN(3) == 0 {
					r.list.Ref().Restart()
				}
			case 15:
				r.wire.stall(true)
			case 16:
				r.wire.stall(false)
			case 17:
				time.Sleep(time.Duration(rnd.IntN(60)) * time.Second)
			}
			if rnd.IntN(3) > 0 {
				synctest.Wait()
			}
			if rnd.IntN(4) == 0 {
				time.Sleep(time.Duration(rnd.IntN(1500)) * time.Millisecond)
			}
		}
		if rnd.IntN(2) == 0 {
			r.wire.swallow()
			time.Sleep(time.Duration(rnd.IntN(3000)) * time.Millisecond)
		}
		r.wire.stall(false)
		r.wire.cut(false)
		r.Show()
		r.expect()
	}
}
