package browser

import (
	"context"

	"github.com/chromedp/cdproto/security"
	"github.com/chromedp/chromedp"
)

// TrustAnyCertificate makes this tab take certificates that nobody it trusts has signed,
// from its next Goto on. It returns the page.
func (p *Page) TrustAnyCertificate() *Page {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, p.limit)
	defer cancel()
	if _, err := chromedp.Call(ctx, security.SetIgnoreCertificateErrors, security.SetIgnoreCertificateErrorsParams{Ignore: true}); err != nil {
		p.t.Fatalf("browser: trust certificates: %v", err)
	}
	return p
}
