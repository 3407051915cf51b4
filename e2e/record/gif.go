package main

import (
	"cmp"
	"image"
	"image/color"
	"image/gif"
	"os"
	"slices"
	"time"
)

// writeGIF writes frames that show only what has changed, in the colours that are used most.
func writeGIF(file string, frames []frame) error {
	palette := colours(frames)
	out := &gif.GIF{}
	var before *image.Paletted
	indices := map[color.RGBA]uint8{}
	for _, f := range frames {
		full := image.NewPaletted(f.image.Bounds(), palette)
		for i := 0; i < len(f.image.Pix); i += 4 {
			c := color.RGBA{f.image.Pix[i], f.image.Pix[i+1], f.image.Pix[i+2], 0xff}
			index, ok := indices[c]
			if !ok {
				index = uint8(palette[1:].Index(c) + 1)
				indices[c] = index
			}
			full.Pix[i/4] = index
		}
		delay := int(f.time / (10 * time.Millisecond))
		if changed := difference(before, full); changed != nil {
			out.Image = append(out.Image, changed)
			out.Delay = append(out.Delay, delay)
			out.Disposal = append(out.Disposal, gif.DisposalNone)
		} else {
			out.Delay[len(out.Delay)-1] += delay
		}
		before = full
	}
	w, err := os.Create(file)
	if err != nil {
		return err
	}
	if err := gif.EncodeAll(w, out); err != nil {
		_ = w.Close() // the first error counts
		return err
	}
	return w.Close()
}

// colours is a palette of transparency and the colours that most pixels have.
func colours(frames []frame) color.Palette {
	count := map[color.RGBA]int{}
	for _, f := range frames {
		for i := 0; i < len(f.image.Pix); i += 4 {
			// Close shades count as one, or a single edge would take many places.
			c := color.RGBA{f.image.Pix[i] &^ 7, f.image.Pix[i+1] &^ 7, f.image.Pix[i+2] &^ 7, 0xff}
			count[c]++
		}
	}
	list := make([]color.RGBA, 0, len(count))
	for c := range count {
		list = append(list, c)
	}
	slices.SortFunc(list, func(a, b color.RGBA) int {
		return cmp.Or(cmp.Compare(count[b], count[a]), cmp.Compare(shade(a), shade(b)))
	})
	palette := color.Palette{color.RGBA{}, color.RGBA{0xff, 0xff, 0xff, 0xff}}
	for _, c := range list[:min(len(list), 126)] {
		// The middle of its shades, and white as white.
		c.R, c.G, c.B = c.R|c.R>>5, c.G|c.G>>5, c.B|c.B>>5
		palette = append(palette, c)
	}
	return palette
}

func shade(c color.RGBA) int { return int(c.R)<<16 | int(c.G)<<8 | int(c.B) }

// difference is the part of a frame that differs from the one before, transparent where it does not; nil if all is
// as before.
func difference(before, now *image.Paletted) *image.Paletted {
	if before == nil {
		return now
	}
	var part image.Rectangle
	for i := range now.Pix {
		if now.Pix[i] != before.Pix[i] {
			x, y := i%now.Stride, i/now.Stride
			part = part.Union(image.Rect(x, y, x+1, y+1))
		}
	}
	if part.Empty() {
		return nil
	}
	out := image.NewPaletted(part, now.Palette)
	for y := part.Min.Y; y < part.Max.Y; y++ {
		for x := part.Min.X; x < part.Max.X; x++ {
			i := y*now.Stride + x
			if now.Pix[i] != before.Pix[i] {
				out.Pix[out.PixOffset(x, y)] = now.Pix[i]
			} else {
				out.Pix[out.PixOffset(x, y)] = 0
			}
		}
	}
	return out
}
