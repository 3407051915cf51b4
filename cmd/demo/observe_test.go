package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/sideband-go/sideband/cmd/demo/site"
	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/livetest"
)

// Metrics, the debug page and traces are where the flags say.
func TestMetricsAndTraces(t *testing.T) {
	kit, commands := kits()
	var traces bytes.Buffer
	told, stop, err := config{metrics: "127.0.0.1:0", traces: true}.observe(t.Context(), kit, commands, slog.DiscardHandler, &traces)
	if err != nil {
		t.Fatal(err)
	}
	page := livetest.Open(t, site.Routes(kit, &site.Data{Commands: commands}), "/counter")
	page.Button("Increment").Click()
	page.Site().Open("/commands")
	at := regexp.MustCompile(`http://\S+/metrics`).FindString(told)
	metrics := get(t, at)
	for _, want := range []string{
		"# TYPE sideband_turn_duration_seconds histogram", `sideband_method="Add"`, "sideband_mounts_total{", `sideband_views{`, "sideband_connections{",
		`kit="site"`, `kit="commands"`, `sideband_view="commands.Page"`,
	} {
		if !strings.Contains(metrics, want) {
			t.Errorf("the metrics have no %s:\n%s", want, metrics)
		}
	}
	base := strings.TrimSuffix(at, "/metrics")
	for path, want := range map[string]string{site.DebugPath: "counter.Page", site.DebugPath + "/commands": "commands.Page"} {
		debug := get(t, base+path)
		if !strings.Contains(debug, want) {
			t.Errorf("the debug page %s: %s", path, debug)
		}
		for _, link := range regexp.MustCompile(`<(?:a|link|script)[^>]* (?:href|src)="(/[^"#]*)"`).FindAllStringSubmatch(debug, -1) {
			get(t, base+link[1]) // is there
		}
	}
	if err := errors.Join(kit.Shutdown(t.Context()), commands.Shutdown(t.Context())); err != nil {
		t.Fatal(err)
	}
	if err := stop(context.WithoutCancel(t.Context())); err != nil {
		t.Fatal(err)
	}
	if text := traces.String(); !strings.Contains(text, `"event counter.Page.Add"`) || !strings.Contains(text, `"render counter.Page"`) {
		t.Errorf("the traces: %s", text)
	}
}

// Nothing is listened to if the metrics have no address.
func TestMetricsNeedAnAddress(t *testing.T) {
	kit, commands := kits()
	_, stop, err := config{metrics: "127.0.0.1:no"}.observe(t.Context(), kit, commands, slog.DiscardHandler, io.Discard)
	if err == nil {
		t.Error("no error")
	}
	if err := stop(t.Context()); err != nil {
		t.Error(err)
	}
}

// kits are those of the demo.
func kits() (kit, commands *handlers.Kit) {
	c := site.Config(handlers.Config{Logger: slog.New(slog.DiscardHandler)})
	kit = handlers.New(c)
	c.Commands = true
	return kit, handlers.New(c)
}

func get(t *testing.T, address string) string {
	t.Helper()
	defer http.DefaultClient.CloseIdleConnections()
	res, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("%s: %d, %v", address, res.StatusCode, err)
	}
	return string(body)
}
