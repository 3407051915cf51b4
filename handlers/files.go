package handlers

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/sideband-go/sideband/internal/fault"
	"github.com/sideband-go/sideband/internal/live"
	"github.com/sideband-go/sideband/internal/session"
)

// Files are read while they arrive, before their event runs: who takes them writes them elsewhere, and nothing of them
// waits in memory. See [live.FileTaker].

const (
	// minUploadRate is how many bytes a second an upload has to bring, on the whole.
	minUploadRate = 1 << 10
	// readAhead is how much of a body is read at a time: package multipart asks for 4 KiB.
	readAhead = 64 << 10
	// lookWhilePaused is how often an upload that waits looks whether its page has ended.
	lookWhilePaused = time.Second
	// maxPartName bounds the name of a field, in bytes.
	maxPartName = 255
)

// hasParts reports whether a request brings parts, of which some may be files.
func hasParts(r *http.Request) bool {
	kind, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";")
	return strings.EqualFold(strings.TrimSpace(kind), multipartType)
}

// readParts reads the fields of an event that brings files, and gives these to who takes them.
func (k *Kit) readParts(w http.ResponseWriter, r *http.Request, v *live.View) (fields url.Values, status int, err error) {
	budget, takes := v.FileBudget()
	if !takes && guardOf(r.Context(), k).posted == nil {
		return nil, http.StatusUnsupportedMediaType, errFiles
	}
	_, attributes, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || attributes["boundary"] == "" {
		return nil, http.StatusBadRequest, errors.New("handlers: parts without a boundary")
	}
	b := &partsBody{
		body: r.Body, view: v, control: http.NewResponseController(w), begun: time.Now(),
		most: k.config.Limits.Body + budget, patience: k.config.Timeouts.Body, longest: k.config.Timeouts.Upload, length: r.ContentLength,
	}
	p := &partsReader{
		kit: k, view: v, body: b, length: r.ContentLength, parts: multipart.NewReader(bufio.NewReaderSize(b, readAhead), attributes["boundary"]),
		fields: url.Values{}, left: k.config.Limits.Body,
	}
	if !takes {
		return k.takeParts(r.Context(), r, p)
	}
	observed := v.Apart(live.ActivityUpload, pattern(r), "", nil)
	inside := observed.Start(r.Context())
	defer func() { finishUpload(observed, r, b.read, p.files, status, err) }()
	from := uploader{session.ID(v.Owner().Session), networkOf(r)}
	if !k.uploads.begin(from, time.Now()) {
		increment(&k.stats.UploadsRefused)
		return nil, http.StatusTooManyRequests, errors.New("handlers: the session or its network uploads too much")
	}
	defer k.uploads.end(from)
	b.counts = func(n int) time.Duration { return k.uploads.count(from, n, time.Now()) }
	k.keepSweeping()
	increment(&k.stats.Uploads)
	status, err = http.StatusInternalServerError, errNotRead // if reading panics
	return k.takeParts(inside, r, p)
}

// takeParts reads all parts, and says how that went.
func (k *Kit) takeParts(ctx context.Context, r *http.Request, p *partsReader) (url.Values, int, error) {
	ctx, cancel := context.WithTimeout(ctx, k.config.Timeouts.Upload)
	defer cancel()
	p.body.ctx = ctx
	err := p.all(ctx)
	guardOf(r.Context(), k).brought = len(p.begun) > 0
	if s, ok := r.Context().Value(http.ServerContextKey).(*http.Server); ok && s.WriteTimeout > 0 {
		_ = p.body.control.SetWriteDeadline(time.Now().Add(s.WriteTimeout)) // it began with the request; who has no connection has none
	}
	if err == nil {
		return p.fields, 0, nil
	}
	status, _ := fault.StatusOf(err)
	_, panicked := errors.AsType[*fault.Panic](err)
	_, tooLarge := errors.AsType[*http.MaxBytesError](err) // of ours, or of the application's middleware
	switch {
	case panicked:
		k.views.Guard.Report(fmt.Errorf("files: %w", err))
	case tooLarge:
		status = http.StatusRequestEntityTooLarge
	case errors.Is(err, fault.ErrGone) && k.views.IsClosed():
		status = http.StatusServiceUnavailable
	case errors.Is(err, errFiles):
		status = http.StatusUnsupportedMediaType
	case status == http.StatusInternalServerError && !errors.Is(err, fault.ErrGone):
		status = http.StatusBadRequest
	}
	return nil, status, err
}

// errNotRead is the result of parts whose reading has panicked: the body may be one of the application's middleware.
var errNotRead = errors.New("handlers: the body of the request panicked")

var errTooLarge = fmt.Errorf("handlers: %w", &http.MaxBytesError{})

// partsBody is the body of a request with files: bounded in bytes, and in time by them.
type partsBody struct {
	body              io.Reader
	view              *live.View
	control           *http.ResponseController
	begun             time.Time
	patience, longest time.Duration
	extended          time.Time
	earned            int64 // bytes for which the time was extended
	read              int64
	most              int64 // bytes in all
	until             int64 // of a header; 0 while a file is read
	length            int64 // that the request says; -1 if it says none
	counts            func(n int) (pause time.Duration)
	pause             time.Duration // before more is read
	ctx               context.Context
}

// Read is part of io.Reader.
func (b *partsBody) Read(p []byte) (int, error) {
	most := b.most
	if b.until > 0 {
		most = min(most, b.until)
	}
	if b.read >= most {
		return 0, errTooLarge
	}
	if err := b.wait(); err != nil {
		return 0, err
	}
	if b.view.HasEnded() {
		return 0, fault.ErrGone
	}
	if now := time.Now(); now.Sub(b.extended) > b.patience/8 || b.read-b.earned >= readAhead<<2 {
		b.extend(now)
	}
	n, err := b.body.Read(p[:min(int64(len(p)), most-b.read)])
	b.read += int64(n)
	if b.counts != nil {
		b.pause = b.counts(n)
	}
	return n, err
}

// extend lets the request take the time that its bytes have earned.
func (b *partsBody) extend(now time.Time) {
	b.extended, b.earned = now, b.read
	earned := time.Duration(b.read/minUploadRate) * time.Second
	b.view.Uses()
	_ = b.control.SetReadDeadline(b.begun.Add(min(b.patience+earned, b.longest))) // what is no connection has none
}

// wait waits for the session's next minute, if this one has brought what it may. That is no time of the request's.
func (b *partsBody) wait() error {
	if b.pause <= 0 || b.read == b.length {
		return nil
	}
	end := time.Now().Add(b.pause)
	b.begun, b.pause = b.begun.Add(b.pause), 0
	for now := time.Now(); now.Before(end) && !b.view.HasEnded(); now = time.Now() {
		b.extend(now)
		timer := time.NewTimer(min(end.Sub(now), lookWhilePaused))
		select {
		case <-timer.C:
		case <-b.ctx.Done():
			timer.Stop()
			return b.ctx.Err()
		}
	}
	return nil
}

// partsReader reads the parts of a request.
type partsReader struct {
	kit    *Kit
	view   *live.View
	body   *partsBody
	length int64
	parts  *multipart.Reader
	fields url.Values
	left   int64 // bytes that fields, and files that nobody takes, may have
	stray  error // there was a file that nobody takes
	begun  []live.FileTaker
	files  int // that somebody has taken
}

// all reads all parts. Who takes files is told of their end also if that panics.
func (p *partsReader) all(ctx context.Context) error {
	err := errNotRead
	defer func() {
		for _, t := range p.begun {
			p.kit.views.Guard.Run("files", func() { t.EndFiles(err) })
		}
	}()
	err = p.each(ctx)
	return cmp.Or(err, p.stray)
}

// each reads one part after the other.
func (p *partsReader) each(ctx context.Context) error {
	for n := 0; ; n++ {
		if n > p.kit.config.Limits.Fields {
			return fmt.Errorf("handlers: more than %d parts: %w", p.kit.config.Limits.Fields, errTooLarge)
		}
		p.body.until = p.body.read + p.kit.config.Limits.Body
		part, err := p.parts.NextRawPart()
		if err == io.EOF { // wrapped, it is the end of the body in the middle of the parts
			return nil
		}
		if err != nil {
			return fmt.Errorf("handlers: a part: %w", err)
		}
		p.body.until = 0
		if err := p.part(ctx, part); err != nil {
			return err
		}
	}
}

// part reads one part.
func (p *partsReader) part(ctx context.Context, part *multipart.Part) error {
	field := part.FormName()
	t := p.view.FileTaker(field)
	switch name := fileName(part); {
	case name != "" && t != nil:
		if !slices.Contains(p.begun, t) {
			p.begun = append(p.begun, t)
		}
		f := live.PostedFile{Reader: part, Field: field, Name: name, Type: part.Header.Get("Content-Type"), Length: p.length, Before: p.body.read, Log: p.kit.log}
		p.files++
		if err := p.kit.views.Guard.Call(func() error { return t.TakeFile(ctx, f) }); err != nil {
			return err
		}
		_, err := io.Copy(io.Discard, part) // what it did not want
		return err
	case name != "":
		p.stray = errFiles
		return p.skip(part)
	case field == "" || len(field) > maxPartName || isFile(part):
		return p.skip(part)
	}
	value, err := io.ReadAll(io.LimitReader(part, p.left+1))
	if err != nil {
		return err
	}
	if p.left -= int64(len(value)); p.left < 0 {
		return errTooLarge
	}
	p.fields.Add(field, string(value))
	return nil
}

// skip reads a part that nobody takes.
func (p *partsReader) skip(part *multipart.Part) error {
	n, err := io.Copy(io.Discard, io.LimitReader(part, p.left+1))
	if p.left -= n; err == nil && p.left < 0 {
		err = errTooLarge
	}
	return err
}

// fileName returns the name of a part's file, without a path: of either kind of system, whatever this one is. A name
// of nothing else is "file"; a part without a file has none.
func fileName(part *multipart.Part) string {
	_, d, err := mime.ParseMediaType(part.Header.Get("Content-Disposition"))
	if err != nil || d["filename"] == "" {
		return ""
	}
	name := path.Base(strings.ReplaceAll(d["filename"], `\`, "/"))
	if name == "." || name == ".." || name == "/" {
		return "file"
	}
	return name
}
