package browser

import (
	"context"
	"os"
	"path/filepath"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// Viewport gives the page this size in CSS pixels, whatever its window's is.
func (p *Page) Viewport(width, height int) {
	p.t.Helper()
	p.run("set viewport", chromedp.EmulateViewport(int64(width), int64(height)))
}

// ColorScheme makes the page see "light" or "dark" as prefers-color-scheme; the
// empty string goes back to what Chromium has.
func (p *Page) ColorScheme(scheme string) {
	p.t.Helper()
	p.run("set colour scheme", chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
		})
		return err
	}))
}

// ReducedMotion makes the page see prefers-reduced-motion.
func (p *Page) ReducedMotion(on bool) {
	p.t.Helper()
	value := "no-preference"
	if on {
		value = "reduce"
	}
	p.run("set reduced motion", chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-reduced-motion", Value: value}},
		})
		return err
	}))
}

// Screenshot writes what the viewport shows to path as a PNG, and makes the
// folder if needed.
func (p *Page) Screenshot(path string) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, p.limit)
	defer cancel()
	png, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err == nil {
		err = os.MkdirAll(filepath.Dir(path), 0o755)
	}
	if err == nil {
		err = os.WriteFile(path, png, 0o644)
	}
	if err != nil {
		p.t.Fatalf("browser: screenshot %s: %v", path, err)
	}
}
