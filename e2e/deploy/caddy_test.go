package deploy_test

import (
	"bytes"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/internal/browser"
)

// caddy runs Caddy until the test ends, with what a site block holds. Unlike nginx it is
// not among what `make test` installs.
func caddy(t *testing.T, site string) (url string) {
	t.Helper()
	if _, err := exec.LookPath("caddy"); err != nil {
		t.Skip("there is no Caddy")
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	addr := l.Addr().String()
	l.Close() // Caddy inherits no sockets
	cert, key := certificate(t)
	dir := t.TempDir()
	file := filepath.Join(dir, "Caddyfile")
	check(t, os.WriteFile(file, fmt.Appendf(nil, `
{
	admin off
	auto_https disable_redirects
	storage file_system %s
}
https://%s {
	tls %s %s
	%s
}
`, dir, addr, cert, key, site), 0o600))
	var logs bytes.Buffer
	cmd := exec.Command("caddy", "run", "--config", file, "--adapter", "caddyfile")
	cmd.Stderr = &logs
	cmd.Env = append(os.Environ(), "HOME="+dir, "XDG_DATA_HOME="+dir, "XDG_CONFIG_HOME="+dir)
	runs(t, cmd, &logs)
	until(t, "Caddy listens", func() bool {
		c, err := net.Dial("tcp", addr)
		if err == nil {
			c.Close()
		}
		return err == nil
	})
	return "https://" + addr
}

func TestAPageWorksBehindCaddy(t *testing.T) {
	t.Parallel()
	a := start(t, "", handlers.Config{}, onChi())
	url := caddy(t, "encode zstd gzip\n reverse_proxy "+a.addr) + "/count"
	visit(t, over((*http.Protocols).SetHTTP2)).works(url)
	visit(t, http1()).works(url)

	p := browser.Open(t, "").TrustAnyCertificate()
	p.AllowErrors(lost...)
	p.Goto(url)
	usable(t, p, 1)
	stay(p)
	a.kill()
	start(t, a.addr, handlers.Config{}, onChi())
	p.WaitText("#count", "Count: 0")
	usable(t, p, 1)
	stayed(t, p)
}

// Between Caddy and the app HTTP/2 needs no encryption.
func TestAPageWorksBehindCaddyOverHTTP2(t *testing.T) {
	t.Parallel()
	a := start(t, "", handlers.Config{}, onChi())
	visit(t, over((*http.Protocols).SetHTTP2)).works(caddy(t, "reverse_proxy h2c://"+a.addr) + "/count")
}

func TestCaddysCookieKeepsAPageWithItsProcess(t *testing.T) {
	t.Parallel()
	a, b := start(t, "", handlers.Config{}, onChi()), start(t, "", handlers.Config{}, onChi())
	url := caddy(t, fmt.Sprintf("reverse_proxy %s %s {\n lb_policy cookie\n }", a.addr, b.addr)) + "/count"
	const people = 8
	for range people {
		visit(t, over((*http.Protocols).SetHTTP2)).works(url)
	}
	if n := a.mounts.Load() + b.mounts.Load(); n != people {
		t.Errorf("%d mounts for %d pages", n, people)
	}
}
