package chat

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strings"

	"github.com/alexedwards/scs/v2"

	"github.com/sideband-go/sideband/pubsub"
)

// Visitor is who is in a room. Equal ones count once: two tabs of a browser are one
// visitor as long as they have the same name.
type Visitor struct {
	Browser string // known to the server alone
	Name    string // "" until one is given
}

// String is what others see.
func (v Visitor) String() string { return cmp.Or(v.Name, "Guest") }

// news says who came and who left, as me would want to know it.
func news(me Visitor, r pubsub.Roster[Visitor]) string {
	var text []string
	for _, v := range r.Left {
		if now, renamed := of(r.Joined, v.Browser); renamed {
			if now != me {
				text = append(text, v.String()+" is now called "+now.String()+".")
			}
		} else if v.Browser != me.Browser {
			text = append(text, v.String()+" has left.")
		}
	}
	for _, v := range r.Joined {
		if _, renamed := of(r.Left, v.Browser); !renamed && v.Browser != me.Browser {
			text = append(text, v.String()+" has joined.")
		}
	}
	return strings.Join(text, " ")
}

func of(list []Visitor, browser string) (v Visitor, ok bool) {
	for _, v := range list {
		if v.Browser == browser {
			return v, true
		}
	}
	return v, false
}

// guest is what is known of a browser before it opens a room.
type guest struct {
	browser  string            // its id
	name     string            // what it was called last
	again    bool              // the page is open already: its view is mounted again
	remember func(name string) // nil outside of requests
}

type guestKey struct{}

// What a session knows of its browser.
const (
	browserValue = "chat browser"
	nameValue    = "chat name"
)

// Known returns middleware that tells browsers apart by their sessions, and knows their
// names again. It belongs before the page.
func Known(sessions *scs.SessionManager) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			ctx := r.Context()
			g := guest{
				browser:  sessions.GetString(ctx, browserValue),
				name:     sessions.GetString(ctx, nameValue),
				again:    r.Method != http.MethodGet || r.URL.Query().Has("sideband"),
				remember: func(name string) { sessions.Put(ctx, nameValue, name) },
			}
			switch token := sessions.Token(ctx); {
			case g.browser != "":
			case token != "":
				// The session is older than the page, or than the server, which has forgotten what was in it.
				sum := sha256.Sum256([]byte("chat\x00" + token))
				g.browser = base64.RawURLEncoding.EncodeToString(sum[:16])
			case !g.again:
				g.browser = rand.Text() // the token comes with the answer
				sessions.Put(ctx, browserValue, g.browser)
			}
			next.ServeHTTP(w, r.WithContext(context.WithValue(ctx, guestKey{}, g)))
		})
	}
}

// guestOf is what [Known] knows, else somebody new.
func guestOf(ctx context.Context) guest {
	g, _ := ctx.Value(guestKey{}).(guest)
	if g.browser == "" {
		g.browser = rand.Text()
	}
	return g
}
