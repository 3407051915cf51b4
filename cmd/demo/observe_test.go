package main

import (
	"bytes"
	"context"
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
	kit := handlers.New(site.Config(handlers.Config{Logger: slog.New(slog.DiscardHandler)}))
	var traces bytes.Buffer
	told, stop, err := config{metrics: "127.0.0.1:0", traces: true}.observe(t.Context(), kit, slog.DiscardHandler, &traces)
	if err != nil {
		t.Fatal(err)
	}
	page := livetest.Open(t, site.Routes(kit, nil), "/counter")
	page.Button("Increment").Click()
	at := regexp.MustCompile(`http://\S+/metrics`).FindString(told)
	metrics := get(t, at)
	for _, want := range []string{
		"# TYPE sideband_turn_duration_seconds histogram", `sideband_method="Add"`, "sideband_mounts_total{", `sideband_views{`, "sideband_connections{",
	} {
		if !strings.Contains(metrics, want) {
			t.Errorf("the metrics have no %s:\n%s", want, metrics)
		}
	}
	if debug := get(t, strings.TrimSuffix(at, "/metrics")+debugPath); !strings.Contains(debug, "counter.Page") {
		t.Errorf("the debug page: %s", debug)
	}
	if err := kit.Shutdown(t.Context()); err != nil {
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
	kit := handlers.New(handlers.Config{Logger: slog.New(slog.DiscardHandler)})
	_, stop, err := config{metrics: "127.0.0.1:no"}.observe(t.Context(), kit, slog.DiscardHandler, io.Discard)
	if err == nil {
		t.Error("no error")
	}
	if err := stop(t.Context()); err != nil {
		t.Error(err)
	}
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
