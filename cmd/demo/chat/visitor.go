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

// browserKey is where a session, and a request's context, have the browser's id.
type browserKey struct{}

const browserValue = "chat browser"

// Known returns middleware that tells browsers apart by their sessions. It belongs before
// the page.
func Known(sessions *scs.SessionManager) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			id := sessions.GetString(r.Context(), browserValue)
			switch token := sessions.Token(r.Context()); {
			case id != "":
			case token != "":
				// The session is older than the page, or than the server, which has forgotten what was in it.
				sum := sha256.Sum256([]byte("chat\x00" + token))
				id = base64.RawURLEncoding.EncodeToString(sum[:16])
			case r.Method == http.MethodGet:
				id = rand.Text() // the token comes with the answer
				sessions.Put(r.Context(), browserValue, id)
			}
			next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), browserKey{}, id)))
		})
	}
}

// browser is the id that [Known] has given, else one that nobody else has.
func browser(ctx context.Context) string {
	id, _ := ctx.Value(browserKey{}).(string)
	if id == "" {
		id = rand.Text()
	}
	return id
}
