package uploads

import (
	"io"
	"mime"
	"net/http"
	"slices"
	"time"
)

// Served is a file that users have uploaded, as it is served.
type Served struct {
	Name    string // for the browser to save it by
	Type    string // the media type that [Entry.Type] was
	Content io.ReadSeeker
	Time    time.Time // when it was stored; the zero Time says nothing
	// Checked says that the author has decoded the picture, or made it anew: it may be shown in pages, if it is of one of
	// the types that browsers only draw.
	Checked bool
}

// drawn are the types that browsers only draw. SVG runs scripts.
var drawn = []string{"image/avif", "image/gif", "image/jpeg", "image/png", "image/webp"}

// IsPicture reports whether a media type is that of a picture that browsers only draw: PNG, JPEG, GIF, WebP or AVIF.
func IsPicture(mediaType string) bool { return slices.Contains(drawn, mediaType) }

// Serve answers a request with a file that users have uploaded, so that it can do no harm to the site: to be saved, of no
// type, and in a sandbox, whatever the file says it is. A picture that was Checked is shown.
func Serve(w http.ResponseWriter, r *http.Request, f Served) {
	h := w.Header()
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("Content-Type", "application/octet-stream")
	disposition := "attachment"
	if f.Checked && IsPicture(f.Type) {
		h.Set("Content-Type", f.Type)
		disposition = "inline"
	}
	if named := mime.FormatMediaType(disposition, map[string]string{"filename": f.Name}); named != "" {
		disposition = named
	}
	h.Set("Content-Disposition", disposition)
	http.ServeContent(w, r, "", f.Time, f.Content)
}
