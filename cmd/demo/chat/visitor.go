package chat

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/base64"
	"net/http"
	"strings"
	"sync"

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
	again    bool              // the page is open already: its view is remounted
	remember func(name string) // nil outside of requests
}

type guestKey struct{}

// cookie tells browsers apart, and keeps their names. A session would be gone with the
// server's memory, and its pages with it.
const cookie = "chat"

// Known is middleware that tells browsers apart and knows their names again. It belongs
// before the page.
func Known(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a := &answer{ResponseWriter: w, r: r}
		g := guest{again: r.Method != http.MethodGet || r.URL.Query().Has("sideband")}
		g.browser, g.name = known(r)
		if g.browser == "" && !g.again {
			g.browser = rand.Text()
			a.cookie = g.browser + "."
		}
		if g.browser != "" {
			g.remember = func(name string) { a.keep(g.browser, name) }
		}
		next.ServeHTTP(a, r.WithContext(context.WithValue(r.Context(), guestKey{}, g)))
	})
}

// known is what the browser's cookie says.
func known(r *http.Request) (browser, name string) {
	c, err := r.Cookie(cookie)
	if err != nil {
		return "", ""
	}
	browser, text, _ := strings.Cut(c.Value, ".")
	b, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(browser) != len(rand.Text()) {
		return "", ""
	}
	return browser, tidy(string(b), maxName)
}

// answer is a response that brings the browser its cookie. A callback says what is in it,
// while the response has not begun.
type answer struct {
	http.ResponseWriter
	r *http.Request

	mu     sync.Mutex
	cookie string // "" for what the browser has
}

func (a *answer) keep(browser, name string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.cookie = browser + "." + base64.RawURLEncoding.EncodeToString([]byte(name))
}

// WriteHeader is part of http.ResponseWriter.
func (a *answer) WriteHeader(status int) {
	a.mu.Lock()
	value := a.cookie
	a.cookie = ""
	a.mu.Unlock()
	if value != "" {
		http.SetCookie(a.ResponseWriter, &http.Cookie{
			Name: cookie, Value: value, Path: "/chat", HttpOnly: true, Secure: a.r.TLS != nil, SameSite: http.SameSiteLaxMode,
		})
	}
	a.ResponseWriter.WriteHeader(status)
}

// Unwrap is for http.ResponseController.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// guestOf is what [Known] knows, else somebody new.
func guestOf(ctx context.Context) guest {
	g, _ := ctx.Value(guestKey{}).(guest)
	if g.browser == "" {
		g.browser = rand.Text()
	}
	return g
}
