package chromium_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/sideband-go/sideband/internal/browser"
	"github.com/sideband-go/sideband/internal/htmxdom/chromium"
)

func TestMain(m *testing.M) { os.Exit(browser.Tests{M: m}.Run()) }

var (
	seed  = flag.Uint64("seed", 1, "seed of the random cases")
	count = flag.Int("cases", 600, "number of random cases")
	small = flag.Bool("shrink", true, "look for a smaller case that differs")
)

// Case 102.
func TestModelAgreesWithChromium(t *testing.T) {
	t.Logf("%d cases, -seed=%d", *count, *seed)
	g := &generator{Rand: rand.New(rand.NewPCG(*seed, 0))}
	cases := make([]chromium.Case, *count)
	for i := range cases {
		cases[i] = g.one()
	}
	differ := 0
	for i, got := range chromium.Run(t, cases) {
		want, err := chromium.Model(cases[i])
		if err != nil {
			t.Fatal(err)
		}
		diff := want.Diff(got)
		if diff == "" {
			continue
		}
		if differ++; !*small {
			t.Errorf("case %d: model and Chromium differ in %s\n%s", i, diff, show(cases[i]))
			continue
		}
		if differ == 1 {
			t.Errorf("case %d: model and Chromium differ in %s", i, diff)
			c := shrink(t, cases[i])
			want, _ := chromium.Model(c)
			t.Logf("the same, smaller: %s\n%s", want.Diff(chromium.Run(t, []chromium.Case{c})[0]), show(c))
		}
	}
	if differ > 0 {
		t.Errorf("%d of %d cases differ", differ, len(cases))
	}
}

func show(c chromium.Case) string {
	s := fmt.Sprintf("page: %s\ngestures: %v\nmessages:", c.Page, c.Setup)
	for i, m := range c.Messages {
		s += "\n\n" + m
		if i < len(c.Then) {
			s += fmt.Sprintf("\nthen: %v", c.Then[i])
		}
	}
	return s
}
