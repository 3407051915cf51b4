package handlers

import (
	"context"
	"errors"
	"net/http"
	"time"
	"unicode/utf8"

	"github.com/sideband-go/sideband/internal/flash"
	"github.com/sideband-go/sideband/internal/protocol"
	"github.com/sideband-go/sideband/internal/seal"
	"github.com/sideband-go/sideband/internal/session"
	"github.com/sideband-go/sideband/views"
)

// Flash tells the user something on the next page of the kit that shows flash messages, in
// an ordinary handler, which then redirects there:
//
//	kit.Flash(w, r, views.FlashSuccess, "Welcome back")
//	http.Redirect(w, r, "/", http.StatusSeeOther)
//
// It is for handlers below [Kit.Middleware], before they write. The message travels in a
// sealed cookie of the session that the response leaves the browser with, for a minute. It
// panics if kind is no plain name.
func (k *Kit) Flash(_ http.ResponseWriter, r *http.Request, kind views.FlashKind, text string) {
	m := flash.New(string(kind), text)
	g := guardOf(r.Context(), k)
	if g == nil || g.begun {
		k.log.ErrorContext(r.Context(), "sideband: Kit.Flash was called outside the kit's middleware, or after the response had begun", "path", r.URL.Path)
		return
	}
	g.carry(flash.Merge(g.carried(), m))
}

const flashLife = time.Minute

// carried is what one page tells the next: messages, and where to, if the browser has to
// be sent there first.
type carried struct {
	session  session.ID // all zero for a browser without one
	issued   time.Time
	to       string
	messages []flash.Message
}

// carriedVersion is that of the fields of carried.
const carriedVersion = 3

// Fields is part of seal.Payload.
func (c *carried) Fields(f *seal.Codec) {
	f.Fixed(c.session[:])
	f.Time(&c.issued)
	f.Text(&c.to)
	seal.List(f, &c.messages, func(f *seal.Codec, m *flash.Message) {
		f.Text(&m.Kind)
		f.Text(&m.Text)
	})
}

// maxCarried bounds the fields of what is carried, in bytes; it is less than seal.MaxFields.
const maxCarried = 1400

// newCarried returns what goes along now. Messages that are too long together are cut.
func newCarried(id session.ID, to string, messages []flash.Message) *carried {
	const head = 16 + 6 + 2 + 1 // session, time, and how long the target and the list are
	return &carried{id, time.Now(), to, fit(messages, maxCarried-head-len(to))}
}

// fit cuts the longest texts until all messages take no more than room bytes. Where not
// even that helps, the oldest are left out.
func fit(list []flash.Message, room int) []flash.Message {
	list = append([]flash.Message(nil), list...)
	for len(list) > 0 {
		over, longest := -room, 0
		for i, m := range list {
			over += len(m.Kind) + len(m.Text) + 4
			if len(m.Text) > len(list[longest].Text) {
				longest = i
			}
		}
		if over <= 0 {
			return list
		}
		text := list[longest].Text
		keep := max(len(text)-over-len("…"), len(text)/2)
		if keep < 20 {
			list = list[1:]
			continue
		}
		for !utf8.RuneStart(text[keep]) {
			keep--
		}
		list[longest].Text = text[:keep] + "…"
	}
	return nil
}

var (
	errDamaged      = errors.New("handlers: what was sealed is missing or damaged")
	errForeignFlash = errors.New("handlers: what was carried is another session's")
	errOldFlash     = errors.New("handlers: what was carried is too old")
)

// openCarried opens what was sealed for the request's session. With errOldFlash the target
// still counts.
func (k *Kit) openCarried(ctx context.Context, s *seal.Sealer, text string) (c carried, err error) {
	if s.Open(text, &c) != nil {
		return carried{}, errDamaged
	}
	if id, _ := k.sessions.Current(ctx); c.session != id {
		return carried{}, errForeignFlash
	}
	if age := time.Since(c.issued); age > flashLife || age < -clockSkew {
		c.messages = nil
		return c, errOldFlash
	}
	return c, nil
}

// flashCookieName is the one that the request's connection can carry, as of the session.
func flashCookieName(r *http.Request) string {
	if session.IsLocal(r) {
		return protocol.LocalFlashCookie
	}
	return protocol.FlashCookie
}

// carried is what the next page is to show: what a response under way says, else what the
// browser has brought.
func (g *guard) carried() []flash.Message {
	if g.flash != nil {
		return *g.flash
	}
	cookie, err := g.r.Cookie(flashCookieName(g.r))
	if err != nil || cookie.Value == "" {
		return nil
	}
	c, err := g.kit.openCarried(g.r.Context(), g.kit.flashes, cookie.Value)
	if err != nil {
		g.kit.log.InfoContext(g.r.Context(), "sideband: flash not shown", "path", g.r.URL.Path, "err", err)
		return nil
	}
	return c.messages
}

// carry makes the response bring the browser these messages for the next page, in place of
// those that it has.
func (g *guard) carry(list []flash.Message) { g.flash = &list }

// writeFlash does what carry was told, when it is known whose session it is.
func (g *guard) writeFlash() {
	if g.flash == nil {
		return
	}
	name := flashCookieName(g.r)
	c := &http.Cookie{Name: name, Path: "/", HttpOnly: true, Secure: name == protocol.FlashCookie, SameSite: http.SameSiteLaxMode}
	if len(*g.flash) == 0 {
		if _, err := g.r.Cookie(name); err != nil {
			return
		}
		c.MaxAge = -1
	} else {
		id, _ := g.kit.sessions.Current(g.r.Context())
		text, err := g.kit.flashes.Seal(newCarried(id, "", *g.flash))
		if err != nil {
			g.kit.log.Error("sideband: flash", "err", err)
			return
		}
		c.Value, c.MaxAge = text, int(flashLife/time.Second)
	}
	http.SetCookie(g.ResponseWriter, c)
}
