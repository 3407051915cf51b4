package views

import (
	"context"
	"strconv"

	"github.com/sideband-go/sideband/internal/flash"
	"github.com/sideband-go/sideband/internal/live"
	"github.com/sideband-go/sideband/internal/render"
)

// FlashKind is what a flash message is about. Kinds of one's own are plain names: small
// letters, digits and hyphens, up to 32.
type FlashKind string

// The kinds that the kit's stylesheet knows. Those of info and success fade; screen
// readers speak warnings and errors, and kinds of one's own, at once.
const (
	FlashInfo    FlashKind = "info"
	FlashSuccess FlashKind = "success"
	FlashWarning FlashKind = "warning"
	FlashError   FlashKind = "error"
)

// FlashMessage is a message for the user: its kind and its text.
type FlashMessage struct {
	Kind FlashKind
	Text string
}

// isQuiet reports whether a message may wait, and may fade.
func isQuiet(m flash.Numbered) bool {
	return m.Kind == string(FlashInfo) || m.Kind == string(FlashSuccess)
}

func flashID(m flash.Numbered) string { return "sb-flash-" + strconv.FormatUint(m.N, 10) }

// shownFlash is what a page shows, and notes that it does.
func shownFlash(ctx context.Context) []flash.Numbered {
	render.ComponentOf(ctx).Tree().NoteFlash()
	return live.FlashKey.Get(ctx).List
}

func dismissText(ctx context.Context) string { return render.ComponentOf(ctx).Tree().Texts.Dismiss }

func isStatic(ctx context.Context) bool { return render.ComponentOf(ctx).Tree().Static }
