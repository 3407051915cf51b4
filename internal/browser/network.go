package browser

import (
	"context"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// Throttle bounds what the tab sends and gets, in bytes a second each; 0 is no bound.
func (p *Page) Throttle(up, down int) {
	p.t.Helper()
	p.run("throttle the network", chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulate, conditions{EmulateNetworkConditionsByRuleParams: network.EmulateNetworkConditionsByRuleParams{
			MatchedNetworkConditions: []*network.Conditions{{UploadThroughput: throughput(up), DownloadThroughput: throughput(down)}},
		}})
		return err
	}))
}

// conditions are the parameters of Network.emulateNetworkConditionsByRule. Older releases of Chromium want to be told that
// the browser is not offline.
type conditions struct {
	network.EmulateNetworkConditionsByRuleParams
	Offline bool `json:"offline"`
}

var emulate = cdp.Command[conditions, network.EmulateNetworkConditionsByRuleResult]{Method: network.CommandEmulateNetworkConditionsByRule}

// throughput is a bound as the protocol has it.
func throughput(n int) float64 {
	if n == 0 {
		return -1
	}
	return float64(n)
}
