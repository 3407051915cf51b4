package htmxdom

import (
	"bytes"
	"fmt"
	"io"
	"mime/multipart"
	"net/textproto"
	"strings"

	"golang.org/x/net/html"
)

// File is a file that was chosen in a control.
type File struct {
	Name, Type string
	Size       int64
	// Open returns a reader of Size bytes. It may be called more than once.
	Open func() io.Reader
}

// Files returns what was chosen in a control for files.
func (d *Document) Files(n *html.Node) []File {
	if c := d.controls[n]; c != nil {
		return c.files
	}
	return nil
}

// SetFiles chooses files in a control, in place of those that were chosen before.
func (d *Document) SetFiles(n *html.Node, files []File) { d.control(n).files = files }

// addFiles adds what a control for files posts: a field for each, or an empty one.
func (d *Document) addFiles(f *fields, n *html.Node, name string) {
	files := d.Files(n)
	for i := range files {
		*f = append(*f, field{name: name, value: files[i].Name, file: true, chosen: &files[i]})
	}
	if len(files) == 0 {
		*f = append(*f, field{name: name, file: true})
	}
}

// Parts is a body of the type multipart/form-data with files. It is made while it is read, so that it may be as long as
// it likes.
type Parts struct {
	pieces []piece
	size   int64
}

// piece is a text, or else a file.
type piece struct {
	text string
	file *File
}

// Len returns how many bytes there are.
func (p *Parts) Len() int64 { return p.size }

// Open returns a reader of all bytes.
func (p *Parts) Open() io.Reader {
	readers := make([]io.Reader, len(p.pieces))
	for i, piece := range p.pieces {
		readers[i] = strings.NewReader(piece.text)
		if piece.file != nil {
			readers[i] = io.LimitReader(piece.file.Open(), piece.file.Size)
		}
	}
	return io.MultiReader(readers...)
}

func (p *Parts) add(b *bytes.Buffer, file *File) {
	p.pieces = append(p.pieces, piece{text: b.String()})
	p.size += int64(b.Len())
	b.Reset()
	if file != nil {
		p.pieces = append(p.pieces, piece{file: file})
		p.size += file.Size
	}
}

// encodeParts is a body of the type multipart/form-data, with the value of the Content-Type header. Files that were chosen
// are in parts; without any, that is nil.
func (f fields) encodeParts() (body string, parts *Parts, kind string) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	p := &Parts{}
	for _, o := range f {
		// Nothing fails that is written to a bytes.Buffer.
		switch {
		case !o.file:
			_ = w.WriteField(o.name, lines(o.value))
			continue
		case o.chosen == nil:
			_, _ = w.CreateFormFile(o.name, "")
			continue
		}
		h := textproto.MIMEHeader{}
		h.Set("Content-Disposition", fmt.Sprintf(`form-data; name="%s"; filename="%s"`, inHeader.Replace(o.name), inHeader.Replace(o.chosen.Name)))
		h.Set("Content-Type", o.chosen.Type)
		_, _ = w.CreatePart(h)
		p.add(&b, o.chosen)
	}
	_ = w.Close()
	if len(p.pieces) == 0 {
		return b.String(), nil, w.FormDataContentType()
	}
	p.add(&b, nil)
	return "", p, w.FormDataContentType()
}

// inHeader escapes what would end a name in the header of a part.
var inHeader = strings.NewReplacer("\r", "%0D", "\n", "%0A", `"`, "%22")
