package livetest

import "context"

// Visit opens another address in the tab, as if it had been typed.
func (p *Page) Visit(path string) {
	p.t.Helper()
	p.travel(func() error { return p.tab.Goto(origin + path) })
}

// Reload loads the page again, as a person does.
func (p *Page) Reload() {
	p.t.Helper()
	p.travel(p.tab.Reload)
}

// Back goes one step back in the tab's history, over a page that was loaded or an address that was patched.
func (p *Page) Back() {
	p.t.Helper()
	p.travel(p.tab.Back)
}

// Forward goes one step forward in the tab's history.
func (p *Page) Forward() {
	p.t.Helper()
	p.travel(p.tab.Forward)
}

// ExpectPatched fails the test unless the page shows this address, with its query, and has come there without a load: by
// a patch link, a patch of its view, or back or forward over one.
func (p *Page) ExpectPatched(path string) {
	p.t.Helper()
	p.settle()
	p.record.mu.Lock()
	v := p.record.newest
	p.record.mu.Unlock()
	switch at := p.Path(); {
	case at != path:
		p.t.Errorf("livetest: the address is\n\t%s\nand not\n\t%s", at, path)
	case v.Kind != "patch" && v.Kind != "replace":
		p.t.Errorf("livetest: %s: the page was loaded (%s), and not patched", path, v.Cause)
	case v.Path != path:
		p.t.Errorf("livetest: %s: the page has come there by a link to a place in it, and was not patched", path)
	}
}

func (p *Page) travel(how func() error) {
	p.t.Helper()
	p.settle()
	p.leave(nil)
	p.must(how())
	p.settle()
	p.shown()
}

// Hide brings another tab to the front. The page's connection closes, unless its view
// keeps it.
func (p *Page) Hide() {
	p.t.Helper()
	p.settle()
	keeps := false
	if v := p.line.probe.View(p.now().ticket); v != nil {
		keeps = v.Definition().KeepsConnection
	}
	p.hidden = true
	p.tab.Hide()
	if !keeps {
		p.disconnected()
	}
	p.settle()
}

// Show brings the tab to the front again. It returns when the page is live.
func (p *Page) Show() {
	p.t.Helper()
	p.hidden = false
	p.tab.Show()
	p.settle()
}

// CutConnection breaks the page's connection and lets no other one through, as proxies do that
// know nothing of server-sent events. Events still get through. [Page.Restore] ends it.
func (p *Page) CutConnection() {
	p.t.Helper()
	p.cut(true)
}

// Cut breaks all connections and lets nothing through, as in a tunnel. [Page.Restore]
// ends it.
func (p *Page) Cut() {
	p.t.Helper()
	p.cut(false)
}

func (p *Page) cut(liveAlone bool) {
	p.t.Helper()
	p.settle()
	p.line.set(!liveAlone, liveAlone)
	p.line.cut(liveAlone)
	p.disconnected()
	p.settle()
}

// Restore lets everything through again. It returns when the page is live.
func (p *Page) Restore() {
	p.t.Helper()
	p.line.set(false, false)
	p.settle()
}

// disconnected waits until both sides know that the connection is gone.
func (p *Page) disconnected() {
	p.t.Helper()
	p.wait(func() string { return "the connection goes on" }, func() bool { return !p.now().live })
	ctx, cancel := context.WithTimeout(context.Background(), p.site.Patience)
	defer cancel()
	if !p.line.quiet(ctx, true) {
		p.t.Fatalf("livetest: the server goes on with the connection of %s", p.place())
	}
}

// Close closes the tab. The view goes on without a page, as long as the kit keeps it.
func (p *Page) Close() {
	p.t.Helper()
	p.settle()
	ctx, cancel := context.WithTimeout(context.Background(), p.site.Patience)
	defer cancel()
	p.tab.Close()
	if !p.line.quiet(ctx, false) {
		p.t.Fatal("livetest: the server goes on with the requests of a tab that was closed")
	}
}
