package deploy_test

import (
	"bytes"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/internal/browser"
)

// listening opens a port of this machine, for a program to inherit: what connects before
// the program is ready waits.
func listening(t *testing.T) (addr string, file *os.File) {
	t.Helper()
	l, err := net.ListenTCP("tcp", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
	check(t, err)
	defer l.Close()
	file, err = l.File()
	check(t, err)
	return l.Addr().String(), file
}

// nginx runs nginx until the test ends, with the settings of Debian's own nginx.conf
// around what is said here; LISTEN in it stands for the address that is returned.
func nginx(t *testing.T, servers string) (addr string) {
	t.Helper()
	addr, socket := listening(t)
	defer socket.Close()
	dir := t.TempDir()
	user := ""
	if os.Geteuid() == 0 {
		user = "user root;" // another one could not reach the folder
	}
	config := fmt.Sprintf(`
daemon off;
%[3]s
pid %[1]s/pid;
error_log stderr;
events { worker_connections 768; }
http {
	sendfile on;
	tcp_nopush on;
	types_hash_max_size 2048;
	default_type application/octet-stream;
	types { text/html html; text/css css; application/javascript js; }
	ssl_protocols TLSv1.2 TLSv1.3;
	ssl_prefer_server_ciphers on;
	gzip on;
	access_log off;
	client_body_temp_path %[1]s/body;
	proxy_temp_path %[1]s/proxy;
	fastcgi_temp_path %[1]s/fastcgi;
	uwsgi_temp_path %[1]s/uwsgi;
	scgi_temp_path %[1]s/scgi;
%[2]s
}
`, dir, strings.ReplaceAll(servers, "LISTEN", addr), user)
	file := filepath.Join(dir, "nginx.conf")
	check(t, os.WriteFile(file, []byte(config), 0o600))
	var logs bytes.Buffer
	program, err := exec.LookPath("nginx")
	if err != nil {
		program = "/usr/sbin/nginx" // where Debian has it, though not on everybody's path
	}
	cmd := exec.Command(program, "-p", dir, "-e", "stderr", "-c", file)
	cmd.Stderr = &logs
	// As nginx does it when it hands its sockets to a newer nginx.
	cmd.ExtraFiles = []*os.File{socket}
	cmd.Env = append(os.Environ(), "NGINX=3;")
	runs(t, cmd, &logs)
	return addr
}

// runs runs a program until the test ends.
func runs(t *testing.T, cmd *exec.Cmd, logs *bytes.Buffer) {
	t.Helper()
	check(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait() // programs differ in what they return then
		if t.Failed() {
			t.Logf("%s logged:\n%s", cmd.Path, logs)
		}
	})
}

// plain is the least that nginx has to be told.
func plain(a *app) string {
	return `server { listen LISTEN; location / { proxy_pass ` + a.url() + `; } }`
}

func TestAPageWorksBehindNginx(t *testing.T) {
	t.Parallel()
	a := start(t, "", handlers.Config{}, onChi())
	url := "http://" + nginx(t, plain(a)) + "/count"
	p := visit(t, http1())
	p.works(url)
	if buffered := p.do(http.MethodGet, url).header.Get("X-Accel-Buffering"); buffered != "" {
		t.Errorf("nginx passes on X-Accel-Buffering: %s", buffered)
	}
	if said := a.log.complaints(); said != nil {
		t.Errorf("the app complains: %q", said)
	}
}

// recommended is what docs/deploying.md says.
func recommended(t *testing.T, a *app) string {
	t.Helper()
	cert, key := certificate(t)
	return `
	upstream app { server ` + a.addr + `; keepalive 32; }
	server {
		listen LISTEN ssl http2;
		ssl_certificate ` + cert + `;
		ssl_certificate_key ` + key + `;
		location / {
			proxy_pass http://app;
			proxy_http_version 1.1;
			proxy_set_header Connection "";
			proxy_set_header Host $http_host;
			proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
			proxy_set_header X-Forwarded-Proto $scheme;
		}
	}`
}

func TestAPageWorksBehindNginxWithTLS(t *testing.T) {
	t.Parallel()
	a := start(t, "", handlers.Config{}, onChi())
	url := "https://" + nginx(t, recommended(t, a)) + "/count"
	visit(t, over((*http.Protocols).SetHTTP2)).works(url)
	visit(t, http1()).works(url)
}

// What the app knows of the browser's address for the site is the Host header.
func TestNginxHasToPassTheHost(t *testing.T) {
	t.Parallel()
	a := start(t, "", handlers.Config{}, onChi())
	for config, want := range map[string]struct {
		cookie string
		secure bool
		event  int
	}{
		// The app takes itself for one on the browser's machine, and the page for one of another site.
		plain(a):          {"sideband", false, http.StatusForbidden},
		recommended(t, a): {"__Host-sideband", true, http.StatusNoContent},
	} {
		scheme := "http://"
		if want.secure {
			scheme = "https://"
		}
		addr := nginx(t, config)
		p := visit(t, http1())
		p.finds("site.example", addr)
		site := scheme + "site.example"
		p.open(site + "/count")
		res, err := p.request()
		check(t, err)
		defer res.Body.Close()
		cookies := p.client.Jar.Cookies(res.Request.URL)
		if len(cookies) != 1 || cookies[0].Name != want.cookie {
			t.Errorf("with nginx's %s the session's cookies are %v", config, cookies)
		}
		// A browser that does not say by Sec-Fetch-Site where a request comes from.
		got := p.do(http.MethodPost, p.url+"?event=Add&value=1", "Sideband-Ticket", p.ticket, "Origin", site)
		if got.status != want.event {
			t.Errorf("with nginx's %s an event is answered %d", config, got.status)
		}
	}
}

// lost are the errors of a page whose server is away for a while.
var lost = []string{"net::ERR_", "htmx:error: Failed to fetch", "htmx:sse:error", "answered 502", "status of 502"}

func TestABrowserBehindNginxSurvivesARestart(t *testing.T) {
	t.Parallel()
	for name, config := range map[string]func(*testing.T, *app) (scheme, config string){
		"plain":    func(_ *testing.T, a *app) (string, string) { return "http", plain(a) },
		"with TLS": func(t *testing.T, a *app) (string, string) { t.Helper(); return "https", recommended(t, a) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := start(t, "", handlers.Config{}, onChi())
			scheme, servers := config(t, a)
			p := browser.Open(t, "").TrustAnyCertificate()
			p.Goto(scheme + "://" + nginx(t, servers) + "/count")
			p.AllowErrors(lost...)
			usable(t, p, 1)
			usable(t, p, 2)
			stay(p)
			a.kill()
			p.WaitFor(`!document.getElementById("sb-stream")._htmx.sse.reader`)
			p.ClickText("button", "Add")
			until(t, "nginx says that nobody is there", func() bool {
				return slices.ContainsFunc(p.Requests(), func(r browser.Request) bool {
					return r.Method == http.MethodPost && r.Status == http.StatusBadGateway
				})
			})
			b := start(t, a.addr, handlers.Config{}, onChi())
			p.WaitText("#count", "Count: 0")
			usable(t, p, 1)
			stayed(t, p)
			if n := b.mounts.Load(); n != 1 {
				t.Errorf("the next process has mounted %d views", n)
			}
		})
	}
}
