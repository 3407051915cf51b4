package process

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
)

// Allocated is what a server has allocated since it was started.
type Allocated struct{ Objects, Bytes float64 }

// Allocated asks the server's probe.
func (p *Process) Allocated(ctx context.Context) (a Allocated, err error) {
	answer, err := p.ask(ctx, "/allocations", "")
	if err != nil {
		return a, err
	}
	if _, err := fmt.Sscan(answer, &a.Objects, &a.Bytes); err != nil {
		return a, fmt.Errorf("process: allocations %q: %w", answer, err)
	}
	return a, nil
}

// StartProfile lets the server write a profile of its CPU to a file, until StopProfile.
func (p *Process) StartProfile(ctx context.Context, file string) error {
	_, err := p.ask(ctx, "/profile/start", file)
	return err
}

// StopProfile completes the profile.
func (p *Process) StopProfile(ctx context.Context) error {
	_, err := p.ask(ctx, "/profile/stop", "")
	return err
}

// ClearCoverage makes the server forget which code it has entered. It has to be built with
// -cover and -covermode=atomic.
func (p *Process) ClearCoverage(ctx context.Context) error {
	_, err := p.ask(ctx, "/coverage/clear", "")
	return err
}

// WriteCoverage lets the server write to a folder which code it has entered since then.
func (p *Process) WriteCoverage(ctx context.Context, dir string) error {
	_, err := p.ask(ctx, "/coverage/write", dir)
	return err
}

// ask sends a request to the server's probe; to is where the probe writes what it does not
// answer.
func (p *Process) ask(ctx context.Context, path, to string) (string, error) {
	var d net.Dialer
	client := http.Client{Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return d.DialContext(ctx, "unix", p.socket)
		},
	}}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://probe"+path+"?to="+url.QueryEscape(to), nil)
	if err != nil {
		return "", fmt.Errorf("process: probe: %w", err)
	}
	res, err := client.Do(r)
	if err != nil {
		return "", fmt.Errorf("process: probe: %w", err)
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode != http.StatusOK {
		err = fmt.Errorf("status %d: %s", res.StatusCode, answer)
	}
	if err != nil {
		return "", fmt.Errorf("process: probe %s: %w", path, err)
	}
	return string(answer), nil
}

// newSocket is a path at which nothing is.
func newSocket() (string, error) {
	f, err := os.CreateTemp("", "sideband-probe-")
	if err != nil {
		return "", err
	}
	return f.Name(), errors.Join(f.Close(), os.Remove(f.Name()))
}
