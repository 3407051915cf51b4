package process_test

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/sideband-go/sideband/bench/process"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func build(t *testing.T, pkg string) string {
	t.Helper()
	program, err := process.Build(t.Context(), t.TempDir(), process.Source{Package: pkg})
	if err != nil {
		t.Fatal(err)
	}
	return program
}

const floor = "bench/floor"

func get(t *testing.T, url string) error {
	t.Helper()
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	res, err := client.Get(url)
	if err == nil {
		res.Body.Close()
	}
	return err
}

func TestAServerRunsUntilItIsStopped(t *testing.T) {
	p, err := process.Start(t.Context(), nil, build(t, floor), "-addr", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	before, err := p.CPU()
	if err != nil || before <= 0 {
		t.Errorf("CPU: %v, %v", before, err)
	}
	if err := get(t, p.URL()); err != nil {
		t.Error(err)
	}
	if after, err := p.CPU(); err != nil || after <= before {
		t.Errorf("after an answer it has used no more CPU: %v, then %v, %v", before, after, err)
	}
	if m, err := p.Memory(); err != nil || m < 1<<16 {
		t.Errorf("memory: %d, %v", m, err)
	}
	for range 2 {
		if err := p.Stop(); err != nil {
			t.Error(err)
		}
	}
	if err := get(t, p.URL()); err == nil {
		t.Error("it still answers")
	}
	if _, err := p.CPU(); err == nil {
		t.Error("it still runs")
	}
}

func TestAProbeTellsWhatAServerDoes(t *testing.T) {
	p, err := process.Start(t.Context(), nil, build(t, floor), "-addr", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = p.Stop() }() // the test stops it, unless it fails before
	profile := filepath.Join(t.TempDir(), "profile")
	if err := p.StartProfile(t.Context(), profile); err != nil {
		t.Fatal(err)
	}
	before, err := p.Allocated(t.Context())
	if err != nil || before.Objects <= 0 || before.Bytes <= before.Objects {
		t.Errorf("allocated: %v, %v", before, err)
	}
	const answers = 100
	for range answers {
		if err := get(t, p.URL()); err != nil {
			t.Fatal(err)
		}
	}
	after, err := p.Allocated(t.Context())
	if err != nil || after.Objects < before.Objects+answers || after.Bytes < before.Bytes+answers {
		t.Errorf("allocated with %d answers more: %v, then %v, %v", answers, before, after, err)
	}
	if err := p.StopProfile(t.Context()); err != nil {
		t.Error(err)
	}
	if f, err := os.Stat(profile); err != nil || f.Size() == 0 {
		t.Errorf("profile: %v, %v", f, err)
	}
	if err := p.ClearCoverage(t.Context()); err == nil {
		t.Error("the coverage of a program without -cover was cleared")
	}
	if err := p.WriteCoverage(t.Context(), t.TempDir()); err == nil {
		t.Error("the coverage of a program without -cover was written")
	}
	if err := p.Stop(); err != nil {
		t.Error(err)
	}
	if _, err := p.Allocated(t.Context()); err == nil {
		t.Error("a server that has ended answers")
	}
}

func TestAServerCanBeKilled(t *testing.T) {
	p, err := process.Start(t.Context(), nil, build(t, floor), "-addr", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		p.Kill()
	}
	if err := get(t, p.URL()); err == nil {
		t.Error("it still answers")
	}
	if err := p.Stop(); err != nil {
		t.Errorf("it was not its fault: %v", err)
	}
}

func TestAServerEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	p, err := process.Start(ctx, nil, build(t, floor), "-addr", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	<-p.Done()
	if err := get(t, p.URL()); err == nil {
		t.Error("it still answers")
	}
}

func TestAServerThatDoesNotStartSaysWhy(t *testing.T) {
	if _, err := process.Start(t.Context(), nil, build(t, floor), "-addr", "nowhere"); err == nil || !strings.Contains(err.Error(), "nowhere") {
		t.Errorf("started: %v", err)
	}
	if _, err := process.Start(t.Context(), nil, "/no/such/program"); err == nil {
		t.Error("a program that does not exist was started")
	}
	if _, err := process.Build(t.Context(), t.TempDir(), process.Source{Package: floor + "/missing"}); err == nil {
		t.Error("a package that does not exist was built")
	}
}
