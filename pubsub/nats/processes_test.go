package natsbroker_test

import (
	"bufio"
	"context"
	"fmt"
	"html"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"
	"github.com/nats-io/nats.go"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/pubsub"
	natsbroker "github.com/sideband-go/sideband/pubsub/nats"
	"github.com/sideband-go/sideband/views"
)

// serverVariable has the address of the NATS server, in a process that is to be an application.
const serverVariable = "SIDEBAND_TEST_NATS"

// home is the application's page.
type home struct{}

func (home) Mount(*views.Socket, views.NoParams) error { return nil }

func (home) Render() templ.Component { return templ.Raw("<p>hello</p>") }

// application is what the test runs as processes of their own, until their input ends.
func application(server string) error {
	nc, err := nats.Connect(server, nats.MaxReconnects(-1), nats.ReconnectWait(20*time.Millisecond))
	if err != nil {
		return err
	}
	defer nc.Close()
	bus := &pubsub.Bus{Broker: &natsbroker.Broker{Conn: nc, Logger: quiet}, Logger: quiet}
	defer bus.Close()
	kit := handlers.New(handlers.Config{
		Bus: bus, Logger: quiet, Security: handlers.Security{Secrets: [][]byte{[]byte(strings.Repeat("s", 32))}},
		Identity: func(r *http.Request) string { return r.Header.Get("User") },
	})
	mux := http.NewServeMux()
	mux.Handle("/", handlers.View(kit, home{}))
	mux.HandleFunc("POST /logout", func(w http.ResponseWriter, r *http.Request) {
		if err := kit.Sessions().Destroy(r.Context()); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
		}
	})
	mux.HandleFunc("POST /block", func(w http.ResponseWriter, r *http.Request) {
		_, _ = fmt.Fprint(w, kit.Disconnect(r.FormValue("who")))
	})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	srv := &http.Server{Handler: kit.Middleware(mux), ReadHeaderTimeout: time.Minute}
	go func() { _ = srv.Serve(l) }()
	fmt.Println("http://" + l.Addr().String())
	_, _ = io.Copy(io.Discard, os.Stdin)
	_ = srv.Close()
	return kit.Shutdown(context.Background())
}

// startApplication starts a process and returns its address.
func startApplication(t *testing.T, server string) string {
	t.Helper()
	cmd := exec.CommandContext(context.Background(), os.Args[0], "-test.run=^$")
	cmd.Env = append(os.Environ(), serverVariable+"="+server)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		in.Close()
		if err := cmd.Wait(); err != nil {
			t.Errorf("a process: %v", err)
		}
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(line)
}

var ticketIn = regexp.MustCompile(`"Sideband-Ticket":"([^"]+)"`)

// visitor is somebody with a browser.
type visitor struct {
	t    *testing.T
	name string
	http *http.Client
}

func newVisitor(t *testing.T, name string) *visitor {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	return &visitor{t, name, &http.Client{Jar: jar, Transport: transport}}
}

func (v *visitor) do(method, address string, header ...string) *http.Response {
	v.t.Helper()
	r, err := http.NewRequestWithContext(v.t.Context(), method, address, nil)
	if err != nil {
		v.t.Fatal(err)
	}
	r.Header.Set("User", v.name)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	res, err := v.http.Do(r)
	if err != nil {
		v.t.Fatal(err)
	}
	v.t.Cleanup(func() { res.Body.Close() })
	if res.StatusCode != http.StatusOK {
		v.t.Fatalf("%s %s: %d", method, address, res.StatusCode)
	}
	return res
}

// open opens the page of a process, with its connection. The channel is closed when the page is sent away.
func (v *visitor) open(process string) <-chan struct{} {
	v.t.Helper()
	body, err := io.ReadAll(v.do("GET", process+"/").Body)
	if err != nil {
		v.t.Fatal(err)
	}
	m := ticketIn.FindStringSubmatch(html.UnescapeString(string(body)))
	if m == nil {
		v.t.Fatalf("no ticket in %s", body)
	}
	stream := v.do("GET", process+"/?sideband=stream", "Sideband-Ticket", m[1])
	gone := make(chan struct{})
	go func() {
		lines := bufio.NewScanner(stream.Body)
		for lines.Scan() {
			if strings.Contains(lines.Text(), `http-equiv="refresh"`) {
				close(gone)
			}
		}
	}()
	return gone
}

// Case 365: what one process ends ends in another one, over NATS.
func TestProcessesEndEachOthersPages(t *testing.T) {
	s := newServer(t)
	one, two := startApplication(t, s.server.ClientURL()), startApplication(t, s.server.ClientURL())
	ann, bob := newVisitor(t, "ann"), newVisitor(t, "bob")
	annsPage := ann.open(two)
	bobsPage := bob.open(two)
	admin := newVisitor(t, "admin")
	expect := func(what string, gone <-chan struct{}, began time.Time) {
		t.Helper()
		select {
		case <-gone:
			t.Logf("%s: its page in the other process ends after %v", what, time.Since(began).Round(100*time.Microsecond))
		case <-time.After(30 * time.Second):
			t.Errorf("%s: its page in the other process stays", what)
		}
	}
	began := time.Now()
	if n, _ := io.ReadAll(admin.do("POST", one+"/block?who=ann").Body); string(n) != "0" {
		t.Errorf("%s pages of ann in this process", n)
	}
	expect("somebody is disconnected", annsPage, began)
	select {
	case <-bobsPage:
		t.Error("bob's page has ended, too")
	default:
	}
	began = time.Now()
	bob.do("POST", one+"/logout")
	expect("a session is destroyed", bobsPage, began)
}
