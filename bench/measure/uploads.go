package measure

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/sideband-go/sideband/bench/client"
	"github.com/sideband-go/sideband/bench/process"
	"github.com/sideband-go/sideband/bench/report"
)

// manyFiles is how many files are in one request when its memory is measured.
const manyFiles = 20

// uploader is a server that takes uploads.
type uploader struct {
	program       program
	path, address string
	server        *process.Process
	client        *client.Client
	cpu, wall     float64 // of one upload, in milliseconds
}

// uploaded measures uploads, beside those that net/http alone writes to files: as they are, and their parts.
func uploaded(ctx context.Context, c Config, p programs) ([]report.Row, error) {
	ours := &uploader{program: p.pages, path: "/files", address: "?event=Take"}
	parts := &uploader{program: p.floor, path: "/", address: "?parts"}
	body := &uploader{program: p.floor, path: "/", address: "?body"}
	unwatched := &uploader{program: p.pages, path: "/files", address: "?event=Take"}
	all := []*uploader{ours, parts, body, unwatched}
	for _, u := range all {
		defer u.end()
		if err := u.begin(ctx); err != nil {
			return nil, err
		}
	}
	if err := ours.client.Connect(); err != nil {
		return nil, err
	}
	size, times := int64(c.Upload)<<20, max(1, c.Repeat/20)
	run := func(u *uploader) func() error {
		return func() error { return u.run(ctx, times, size) }
	}
	if err := c.inTurn(run(ours), run(parts)); err != nil {
		return nil, err
	}
	if err := body.run(ctx, times, size); err != nil {
		return nil, err
	}
	if err := c.inTurn(run(unwatched), run(ours)); err != nil {
		return nil, err
	}
	memory, err := c.peak(ctx, p.pages, size)
	what := fmt.Sprintf("an upload of %d MB", c.Upload)
	row := func(of, floor string, ours, theirs, goal float64) report.Row {
		return report.Row{Measure: what + of + " (to " + floor + ")", Unit: report.Milliseconds, Ours: report.One(ours), Floor: report.One(theirs), Ratio: ours / theirs, GoalRatio: goal}
	}
	return []report.Row{
		row(", until it is answered", "its parts by net/http", ours.wall, parts.wall, 1.25),
		row(", CPU", "its parts by net/http", ours.cpu, parts.cpu, 0),
		row(", until it is answered", "its body as it is", ours.wall, body.wall, 1.25),
		row(", CPU", "its body as it is", ours.cpu, body.cpu, 0),
		row(" whose page shows how far it is, CPU", "one whose page does not", ours.cpu, unwatched.cpu, 1.02),
		{Measure: fmt.Sprintf("%d uploads of %d MB in a request, memory", manyFiles, c.Upload), Unit: report.Kibibytes, Ours: report.One(memory), Goal: 8 << 10},
	}, err
}

func (u *uploader) begin(ctx context.Context) (err error) {
	if u.server, err = start(ctx, u.program); err == nil {
		u.client, err = client.Visit(ctx, u.server.URL(), u.path)
	}
	return err
}

func (u *uploader) end() {
	if u.client != nil {
		u.client.Close()
	}
	if u.server != nil {
		_ = u.server.Stop() // it has done its work
	}
}

// run uploads a file so many times.
func (u *uploader) run(ctx context.Context, times int, size int64) error {
	do := func(times int) func() error {
		return func() error {
			for range times {
				if err := u.client.Upload(ctx, u.address, "files", 1, size); err != nil {
					return err
				}
			}
			return nil
		}
	}
	if err := do(1)(); err != nil { // the server begins cold
		return err
	}
	begun := time.Now()
	var took time.Duration
	cpu, err := cost(ctx, u.server, func() error {
		err := do(times)()
		took = time.Since(begun)
		return err
	})
	u.cpu, u.wall = milliseconds(cpu)/float64(times), milliseconds(took)/float64(times)
	return err
}

// peak is the most memory, in KiB, that a server has more while it takes many files in one request.
func (c Config) peak(ctx context.Context, p program, size int64) (float64, error) {
	server, err := start(ctx, p, frugal)
	if err != nil {
		return 0, err
	}
	u := &uploader{server: server}
	defer u.end()
	if u.client, err = client.Visit(ctx, server.URL(), "/files"); err != nil {
		return 0, err
	}
	if err := u.client.Upload(ctx, "?event=Take", "files", 1, 1<<20); err != nil { // what all uploads share is there
		return 0, err
	}
	before, err := c.collected(ctx, server)
	if err != nil {
		return 0, err
	}
	sent := make(chan error, 1)
	go func() { sent <- u.client.Upload(ctx, "?event=Take", "files", manyFiles, size) }()
	most := before
	for {
		select {
		case err := <-sent:
			return kibibytes(most - before), err
		case <-time.After(calm):
			now, err := server.Memory()
			if err != nil {
				return 0, errors.Join(err, <-sent)
			}
			most = max(most, now)
		}
	}
}
