package chaos_test

import (
	"context"
	"os"
	"strconv"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/sideband-go/sideband/internal/browser"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(browser.Tests{M: m}) }

// size is how much chaos there is. The environment says: SEED, LENGTH, PAGES, BROWSERS,
// and PACE, which is how long a person waits at most from one deed to the next.
type size struct {
	seed            uint64
	length, pace    time.Duration
	pages, browsers int
}

func theSize(t *testing.T) size {
	s := size{seed: 1, length: 10 * time.Second, pace: time.Second, pages: 40, browsers: 2}
	number := func(name string, n *int) {
		if v := os.Getenv(name); v != "" {
			var err error
			if *n, err = strconv.Atoi(v); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
	}
	seed := int(s.seed)
	number("SEED", &seed)
	s.seed = uint64(seed)
	number("PAGES", &s.pages)
	number("BROWSERS", &s.browsers)
	duration := func(name string, d *time.Duration) {
		if v := os.Getenv(name); v != "" {
			var err error
			if *d, err = time.ParseDuration(v); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
	}
	duration("LENGTH", &s.length)
	duration("PACE", &s.pace)
	return s
}

// After everything that may befall them, pages show what their views render, and nothing
// is left behind.
func TestPagesSurviveEverything(t *testing.T) {
	s := theSize(t)
	t.Logf("SEED=%d LENGTH=%v PAGES=%d BROWSERS=%d PACE=%v", s.seed, s.length, s.pages, s.browsers, s.pace)
	c := newCast(t, s)
	ctx, cancel := context.WithTimeout(c.ctx, s.length)
	defer cancel()
	c.work.Go(func() { c.world.trouble(ctx, min(10*time.Second, s.length/4)) })
	for _, p := range c.people {
		c.work.Go(func() { p.drive(ctx, c.world, s.pace) })
	}
	driveAll(ctx, c.world, c.watchers, s.seed, 200*time.Millisecond)
	c.work.Wait()

	for _, p := range c.people {
		c.work.Go(func() {
			p.network.heal()
			p.rest()
		})
	}
	for _, w := range c.watchers {
		w.rest()
	}
	c.work.Wait()
	if !c.world.market.rest(c.ctx) {
		t.Error("products are still being changed")
	}
	for _, p := range c.people {
		c.work.Go(func() { p.compareAll(p.tabs) })
	}
	for _, w := range c.watchers {
		w.judge()
	}
	c.work.Wait()
	c.leave()
	c.world.log.check(t)
	c.world.clerk.check(t)
	c.tell(t)
}

// cast is all who take part.
type cast struct {
	ctx      context.Context
	cancel   context.CancelFunc
	world    *world
	people   []*person
	watchers []*watcher
	work     sync.WaitGroup
	leave    func() // ends everything
}

func newCast(t *testing.T, s size) *cast {
	c := &cast{world: newWorld(t, s.seed)}
	c.ctx, c.cancel = context.WithCancel(t.Context())
	c.leave = sync.OnceFunc(c.end)
	t.Cleanup(c.leave) // for a browser may end the test
	for i, left := 0, s.pages-s.browsers; left > 0; i++ {
		tabs := min(1+i%4, left)
		left -= tabs
		c.people = append(c.people, newPerson(c.ctx, t, c.world, s.seed, i, tabs))
	}
	for i := range s.browsers {
		c.watchers = append(c.watchers, newWatcher(t, c.world, i))
	}
	return c
}

func (c *cast) end() {
	c.cancel()
	c.work.Wait()
	for _, p := range c.people {
		p.close()
	}
	for _, w := range c.watchers {
		w.close()
	}
	c.world.end()
}

// tell says what has been.
func (c *cast) tell(t *testing.T) {
	met, audits := make(map[string]int), 0
	for _, p := range c.people {
		p.network.tell(met)
		audits += p.audits
	}
	for _, w := range c.watchers {
		w.network.tell(met)
	}
	t.Log(c.world)
	t.Logf("requests met with %v; %d pages were compared on the way", met, audits)
}

// rest lets tabs send what they have still to send.
func (p *person) rest() {
	for _, pg := range p.tabs {
		_ = p.settle(p.ctx, pg) // compareAll tells if it can't
	}
}

// compareAll lets tabs come to rest and compares them with their views.
func (p *person) compareAll(tabs []*page) {
	for _, pg := range tabs {
		err := p.compareOne(pg)
		// A member's tabs may send each other to sign in once more, too often even for the kit
		// to have them reload.
		for try := 0; pg.member && err != nil && try < 5; try++ {
			_ = pg.Reload()
			err = p.compareOne(pg)
		}
		if err != nil {
			p.t.Errorf("%s: %v", p.name, err)
		}
	}
}

func (p *person) compareOne(pg *page) error {
	for _, step := range []func(context.Context, *page) error{p.settle, p.kept, p.last, p.kept, p.maybeOrder, p.agrees, p.compare} {
		if err := step(p.ctx, pg); err != nil {
			return err
		}
	}
	return nil
}
