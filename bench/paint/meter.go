package main

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/sideband-go/sideband/internal/browser"
)

//go:embed measure.js
var measureScript string

// meter does the operations on the two pages in turns.
type meter struct {
	ours, vanilla *browser.Page
	only          string
	progress      io.Writer
}

// took is what an operation took, in milliseconds.
type took struct {
	Done, Painted, Long float64
	// Of the main thread's CPU; style has the layout in it, and all is all.
	style, all float64
}

// result is an operation with all that it took on each page, by pairs.
type result struct {
	operation
	ours, vanilla []took
}

// open opens a page and waits until it can be used.
func open(t testing.TB, address string) *browser.Page {
	p := browser.Open(t, address).Within(time.Minute)
	p.WaitFor(`document.readyState === "complete" && (typeof htmx === "undefined" || !!document.getElementById("sb-stream")._htmx?.sse?.reader)`)
	return p
}

// measure does so many rounds, and before them one that does not count: browser and server begin cold.
func (m *meter) measure(ctx context.Context, rounds int) []result {
	results := make([]result, len(operations))
	for round := range rounds + 1 {
		for i, op := range operations {
			if !strings.Contains(op.name, m.only) {
				op.times = 0 // it only makes the table what the others need
			}
			results[i].operation = op
			for k := range max(1, op.times) {
				if ctx.Err() != nil {
					return nil
				}
				// All parts of a frame, in the course of the rounds and within one.
				part := float64((round*3+k*max(1, rounds/often))%max(rounds, 1)) / float64(max(rounds, 1))
				first, second := m.ours, m.vanilla
				if (round+k)%2 == 1 {
					first, second = second, first
				}
				a, b := m.do(first, op, k, part), m.do(second, op, k, part)
				if first != m.ours {
					a, b = b, a
				}
				if round > 0 {
					results[i].ours, results[i].vanilla = append(results[i].ours, a), append(results[i].vanilla, b)
				}
			}
		}
		_, _ = fmt.Fprintf(m.progress, "round %d of %d\n", round, rounds) // only for the impatient
	}
	var measured []result
	for _, r := range results {
		if r.times > 0 {
			measured = append(measured, r)
		}
	}
	return measured
}

// do does an operation once.
func (m *meter) do(p *browser.Page, op operation, i int, part float64) (t took) {
	c := op.click(i)
	c.Want, c.Wait = op.rows, part
	args, err := json.Marshal(c)
	if err != nil {
		panic(err) // strings and numbers
	}
	measuring := op.times > 0
	if measuring {
		p.CollectGarbage()
	}
	before := p.Metrics()
	p.Eval("("+measureScript+")("+string(args)+")", &t)
	after := p.Metrics()
	ms := func(name string) float64 { return 1000 * (after[name] - before[name]) }
	t.style, t.all = ms("RecalcStyleDuration")+ms("LayoutDuration"), ms("TaskDuration")
	return t
}
