package main

import (
	"bytes"
	"context"
	_ "embed"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"regexp"
)

// tablePath is where both pages are.
const tablePath = "/table"

//go:embed vanilla.js
var vanillaScript []byte

var scripts = regexp.MustCompile(`<script.*?</script>`)

// serveVanilla serves the page of the demo with another script: all the browser has to lay out is the same.
func serveVanilla(ctx context.Context, demo string) (*httptest.Server, error) {
	to, err := url.Parse(demo)
	if err != nil {
		return nil, err
	}
	page, err := vanillaPage(ctx, demo+tablePath)
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.HandleFunc(tablePath, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write(page) // to the browser, which says what it lacks
	})
	mux.HandleFunc("/vanilla.js", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
		_, _ = w.Write(vanillaScript) // as above
	})
	mux.Handle("/", &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(to) }})
	return httptest.NewServer(mux), nil
}

func vanillaPage(ctx context.Context, address string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	page, err := io.ReadAll(res.Body)
	_ = res.Body.Close() // it was read
	if err != nil || res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("read %s: %s: %w", address, res.Status, err)
	}
	if !scripts.Match(page) {
		return nil, fmt.Errorf("read %s: no script to replace", address)
	}
	page = scripts.ReplaceAll(page, nil)
	return bytes.Replace(page, []byte("</head>"), []byte(`<script src="/vanilla.js" defer></script></head>`), 1), nil
}
