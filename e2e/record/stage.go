package main

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sideband-go/sideband/internal/browser"
)

// The sizes of the picture, in pixels.
const (
	width   = 482
	height  = 430
	bar     = 30
	margin  = 10
	columns = 2
)

// frame is the picture for a while.
type frame struct {
	image *image.RGBA
	time  time.Duration
}

// stage films windows that stand side by side.
type stage struct {
	t       testing.TB
	dir     string
	address string
	windows []*window
	frames  []frame
}

// window is one browser on the stage.
type window struct {
	*browser.Page
	stage   *stage
	at      image.Point // of its page
	bar     image.Image
	pointer image.Point
}

func newStage(t testing.TB, dir, address string) *stage {
	s := &stage{t: t, dir: dir, address: address}
	for i := range columns {
		p := browser.Open(t, "")
		p.Viewport(width, height)
		p.ColorScheme("light")
		w := &window{Page: p, stage: s, at: image.Pt(margin+i*(width+margin), margin+bar), pointer: image.Pt(width-60, height-60)}
		s.windows = append(s.windows, w)
	}
	return s
}

// open shows a page of the demo at a size, 1 for its own.
func (w *window) open(path string, size float64) {
	w.bar = w.stage.titled(strings.TrimPrefix(w.stage.address, "http://127.0.0.1") + path)
	w.Goto(strings.TrimSuffix(w.stage.address, "/") + path)
	// Room for what the page does.
	w.Eval(fmt.Sprintf(`document.documentElement.style.zoom = %v;
		for (const e of document.querySelectorAll("header, aside, footer, .rooms")) e.style.display = "none"`, size), nil)
}

// titled draws the bar of a window, in a page of its own.
func (s *stage) titled(text string) image.Image {
	_, path, _ := strings.Cut(text, "/")
	p := browser.Open(s.t, "")
	defer p.Close()
	p.Viewport(width, bar)
	p.Eval(fmt.Sprintf(`document.body.innerHTML = %q`, `<div style="position:fixed;inset:0;background:#e3e6ea;display:flex;align-items:center;gap:7px;padding:0 12px;font:13px system-ui,sans-serif;color:#4a5361">
		<i style="width:11px;height:11px;border-radius:50%;background:#c3c9d1"></i><i style="width:11px;height:11px;border-radius:50%;background:#c3c9d1"></i><i style="width:11px;height:11px;border-radius:50%;background:#c3c9d1"></i>
		<span style="margin-left:8px;padding:2px 12px;border-radius:9px;background:#fff;flex:1">localhost/`+path+`</span></div>`), nil)
	return s.shot(p)
}

func (s *stage) shot(p *browser.Page) image.Image {
	file := filepath.Join(s.dir, "shot.png")
	p.Screenshot(file)
	data, err := os.ReadFile(file)
	if err != nil {
		s.t.Fatal(err)
	}
	img, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		s.t.Fatal(err)
	}
	return img
}

// film adds a frame of what the windows show.
func (s *stage) film(d time.Duration) {
	img := image.NewRGBA(image.Rect(0, 0, margin+columns*(width+margin), 2*margin+bar+height))
	draw.Draw(img, img.Bounds(), image.NewUniform(color.RGBA{0xc9, 0xd1, 0xdb, 0xff}), image.Point{}, draw.Src)
	for _, w := range s.windows {
		page := image.Rectangle{w.at, w.at.Add(image.Pt(width, height))}
		draw.Draw(img, image.Rectangle{w.at.Sub(image.Pt(0, bar)), image.Pt(page.Max.X, w.at.Y)}, w.bar, image.Point{}, draw.Src)
		draw.Draw(img, page, s.shot(w.Page), image.Point{}, draw.Src)
		drawPointer(img, w.at.Add(w.pointer))
	}
	s.frames = append(s.frames, frame{img, d})
}

// moveTo moves the pointer to the middle of an element, in a few frames.
func (w *window) moveTo(selector string) {
	var to []int
	w.Eval(fmt.Sprintf(`(() => { const r = document.querySelector(%q).getBoundingClientRect(); return [Math.round(r.x + r.width / 2), Math.round(r.y + r.height / 2)] })()`, selector), &to)
	from, end := w.pointer, image.Pt(to[0], to[1])
	if from == end {
		return
	}
	const steps = 4
	for i := 1; i <= steps; i++ {
		w.pointer = from.Add(end.Sub(from).Mul(i).Div(steps))
		w.stage.film(60 * time.Millisecond)
	}
}

// click clicks an element and films it when ready holds.
func (w *window) click(selector, ready string) {
	w.moveTo(selector)
	w.Click(selector)
	w.WaitFor(ready)
	w.stage.film(450 * time.Millisecond)
}

// write types a text into a field, two letters a frame.
func (w *window) write(selector, text string) {
	w.moveTo(selector)
	w.Fill(selector, "")
	for i, r := range text {
		w.Press(string(r))
		if i%2 == 1 || i == len(text)-1 {
			w.stage.film(90 * time.Millisecond)
		}
	}
}

// drawPointer draws an arrow whose tip is at p.
func drawPointer(img *image.RGBA, p image.Point) {
	arrow := []string{
		"X", "XX", "X.X", "X..X", "X...X", "X....X", "X.....X", "X......X", "X.......X", "X........X",
		"X.....XXXXX", "X..X..X", "X.X X..X", "XX  X..X", "X    X..X", "     X..X", "      XX",
	}
	for y, row := range arrow {
		for x, c := range row {
			switch c {
			case 'X':
				img.Set(p.X+x, p.Y+y, color.Black)
			case '.':
				img.Set(p.X+x, p.Y+y, color.White)
			}
		}
	}
}
