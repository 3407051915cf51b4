package browser

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"sync"

	"github.com/chromedp/chromedp"
)

// process is the one Chromium of a test binary.
type process struct {
	mu     sync.Mutex
	ctx    context.Context // nil while no Chromium runs
	cancel context.CancelFunc
}

var chromium process

// flags are ours instead of chromedp's defaults: those keep hidden tabs and
// background timers awake, which would hide what a real browser does.
func flags(path string) []chromedp.ExecAllocatorOption {
	return []chromedp.ExecAllocatorOption{
		chromedp.ExecPath(path),
		chromedp.Headless,
		chromedp.NoSandbox,
		chromedp.DisableGPU,
		chromedp.NoFirstRun,
		chromedp.NoDefaultBrowserCheck,
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-sync", true),
		chromedp.Flag("disable-default-apps", true),
		chromedp.Flag("disable-extensions", true),
		chromedp.Flag("disable-breakpad", true),
		// Each is a renderer or two more for a window, which no test looks at: those of the
		// address bar, and one kept ready for a page that never comes.
		chromedp.Flag("disable-features", "WebUIOmniboxPopup,WebUIOmniboxAimPopup,SpareRendererForSitePerProcess"),
		// Containers often have a tiny /dev/shm.
		chromedp.Flag("disable-dev-shm-usage", true),
		chromedp.Flag("password-store", "basic"),
		chromedp.Flag("force-color-profile", "srgb"),
		chromedp.WindowSize(1280, 800),
	}
}

// running returns the context of the Chromium of this binary and starts it if
// needed.
func (p *process) running() (context.Context, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ctx != nil && p.ctx.Err() == nil {
		return p.ctx, nil
	}
	path, err := find()
	if err != nil {
		return nil, err
	}
	alloc, freeAlloc := chromedp.NewExecAllocator(context.Background(), flags(path)...)
	ctx, closeBrowser := chromedp.NewContext(alloc)
	cancel := func() {
		closeBrowser()
		freeAlloc()
	}
	if err := chromedp.Do(ctx); err != nil {
		cancel()
		return nil, fmt.Errorf("browser: start %s: %w", path, err)
	}
	p.ctx, p.cancel = ctx, cancel
	return ctx, nil
}

func find() (string, error) {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", errors.New("browser: no Chromium found; install it with: apt-get update && apt-get install -y chromium")
}

// Close ends the Chromium of this test binary and waits until its process and
// its temporary profile are gone. Without one it does nothing; a page opened
// afterwards starts a new one.
func Close() {
	chromium.mu.Lock()
	defer chromium.mu.Unlock()
	if chromium.cancel == nil {
		return
	}
	chromium.cancel()
	chromium.ctx, chromium.cancel = nil, nil
}

// Tests runs the tests of a package and then ends its Chromium. It has the
// shape that goleak.VerifyTestMain takes, so that its leak check comes after
// the end of Chromium.
type Tests struct {
	// M is the *testing.M of TestMain.
	M interface{ Run() int }
}

// Run returns the exit code of the tests.
func (t Tests) Run() int {
	defer Close()
	return t.M.Run()
}
