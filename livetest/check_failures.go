package livetest

import (
	"context"
	"errors"
	"fmt"
	"path"
	"runtime"
	"slices"
	"strings"

	"golang.org/x/net/html"

	"github.com/sideband-go/sideband/internal/fault"
	"github.com/sideband-go/sideband/internal/live"
)

// isBroken reports whether an element stands for a component that can't be shown.
func isBroken(n *html.Node) bool {
	return slices.Contains(strings.Fields(attr(n, "class")), "sb-broken")
}

// checkBroken notes which components of the page can't be shown, and why.
func (p *Page) checkBroken(at string, view *live.Probed) {
	f := p.site.found
	if view == nil {
		f.add(BrokenParts, "%s: one of a static page", at)
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), p.site.Patience)
	defer cancel()
	for _, err := range view.Faults(ctx) {
		f.add(BrokenParts, "%s: %s", at, failure(err))
	}
}

// takeFailures notes what has failed since the page was looked at last.
func (p *Page) takeFailures(at string) {
	for _, err := range p.line.probe.TakeFailures() {
		check := Failures
		if errors.Is(err, live.ErrTwoBindings) {
			check = TwoBindings
		}
		p.site.found.add(check, "%s: %s", at, failure(err))
	}
}

// failure is an error as a test says it: of a panic, with where it was.
func failure(err error) string {
	text := err.Error()
	if values := fault.ValuesOf(err); len(values) > 0 {
		text += fmt.Sprintf(" %q", values)
	}
	if p, ok := errors.AsType[*fault.Panic](err); ok {
		text += panicPlace(string(p.Stack))
	}
	return text
}

// panicPlace is the line of the program that has panicked: the first below the runtime's. If a package that
// pages are written against has done so, it is followed by the line that has called it.
func panicPlace(stack string) (place string) {
	_, below, ok := strings.Cut(stack, "\npanic(")
	lines := strings.Split(below, "\n")
	for i := 2; ok && i+1 < len(lines); i += 2 {
		if strings.HasPrefix(lines[i], "runtime.") {
			continue
		}
		file, _, _ := strings.Cut(strings.TrimSpace(lines[i+1]), " +0x")
		at := " at " + path.Join(path.Base(path.Dir(file)), path.Base(file))
		in, isKits := strings.CutPrefix(path.Dir(file), kitFolder)
		isFace := isKits && slices.Contains([]string{"forms", "pubsub", "state", "views"}, in) && !strings.Contains(file, "_test.go:")
		switch {
		case place == "" && !isFace:
			return at
		case place == "":
			place = at
		case isFace || strings.Contains(file, "github.com/a-h/templ"):
		case isKits && strings.HasPrefix(in, "internal/"):
			return place // no template has called it
		default:
			return place + ", called" + at
		}
	}
	return place
}

// kitFolder is where the kit's packages are. Functions do not tell: what is inlined has its caller's name.
var kitFolder = func() string {
	_, file, _, _ := runtime.Caller(0)
	return path.Dir(path.Dir(file)) + "/"
}()
