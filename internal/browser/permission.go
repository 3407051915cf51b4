package browser

import (
	"context"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/chromedp"
)

// Permit lets pages of the person do, or not do, what a permission with a name such as "clipboard-read" is about.
func (p *Page) Permit(name string, may bool) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.person.browser, p.limit)
	defer cancel()
	setting := browser.PermissionSettingDenied
	if may {
		setting = browser.PermissionSettingGranted
	}
	_, err := chromedp.CallBrowser(ctx, browser.SetPermission, browser.SetPermissionParams{
		Permission: &browser.PermissionDescriptor{Name: name}, Setting: setting, BrowserContextID: p.person.id,
	})
	if err != nil {
		p.t.Fatalf("browser: permission %s: %v", name, err)
	}
}
