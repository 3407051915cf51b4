package e2e_test
import ("testing";"time";"strconv"
	"github.com/sideband-go/sideband/e2e/fixture"
	"github.com/sideband-go/sideband/e2e/cut"
	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/internal/browser")
func TestZZ(t *testing.T) {
	s := fixture.Serve(t, handlers.Config{})
	t.Logf("%q", fixture.HostileTexts[45])
	p := browser.Open(t, s.URL+"/texts?n=0")
	defer func() {
		t.Log(p.Requests()[max(0,len(p.Requests())-20):])
		for _, e := range s.Net.Exchanges(cut.Any) { if !e.Over() { t.Log(e.Request.Method, e.Request.URL, e.Status(), e.Request.Header.Get("Last-Event-ID"), len(e.Body())) } }
	}()
	for n := range fixture.HostileTexts {
		b := time.Now()
		p.Goto(s.URL + "/texts?n=" + strconv.Itoa(n))
		t.Log(n, time.Since(b), s.Net.Open(cut.Any), s.Kit.Views())
	}
}
