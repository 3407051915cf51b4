package auth

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/sideband-go/sideband/views"
)

// Mail is a mail to one address, in plain text.
type Mail struct {
	To      string
	Subject string
	Text    string
	Link    string // which the text has, too; "" for none
}

// Mailer sends mails. Send is called from several goroutines. It must return when ctx ends, which is after 10 seconds at
// the latest; a mail that was not sent is logged and not tried again.
type Mailer interface {
	Send(ctx context.Context, m Mail) error
}

const (
	mailPatience = 10 * time.Second
	mailsAtOnce  = 4
	mailsWaiting = 100
)

// post makes and sends mails in the background: so an answer tells neither by its text nor by its time whether there is
// an account.
type post struct {
	slots chan struct{}
	work  sync.WaitGroup
	ctx   context.Context
	stop  context.CancelFunc

	mu      sync.Mutex
	waiting int
	closed  bool
}

func newPost() *post {
	ctx, stop := context.WithCancel(context.Background())
	return &post{slots: make(chan struct{}, mailsAtOnce), ctx: ctx, stop: stop}
}

// errNoMail is what somebody hears who would wait for a mail in vain, whoever it is.
var errNoMail = views.Error(http.StatusServiceUnavailable, "We can't send mails right now. Please try again in a few minutes.")

// later runs f in the background, unless too much waits already.
func (p *post) later(f func(ctx context.Context)) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed || p.waiting >= mailsWaiting {
		return errNoMail
	}
	p.waiting++
	p.work.Go(func() {
		defer p.done()
		select {
		case p.slots <- struct{}{}:
		case <-p.ctx.Done():
			return
		}
		defer func() { <-p.slots }()
		ctx, cancel := context.WithTimeout(p.ctx, mailPatience)
		defer cancel()
		f(ctx)
	})
	return nil
}

func (p *post) done() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.waiting--
}

// close waits for the mails that are on their way until ctx ends, and then gives them up.
func (p *post) close(ctx context.Context) error {
	p.mu.Lock()
	p.closed = true
	p.mu.Unlock()
	done := make(chan struct{})
	go func() { defer close(done); p.work.Wait() }()
	defer p.stop()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// send makes a mail in the background, and sends it if there is one. What goes wrong is logged, without the address and
// the link's token.
func (a *Auth) send(what string, write func(ctx context.Context) (Mail, error)) error {
	return a.post.later(func(ctx context.Context) {
		var m Mail
		var err error
		defer func() {
			if p := recover(); p != nil {
				a.log.Error("auth: mail", "for", what, "panic", withoutSecrets(fmt.Sprint(p), m))
			}
		}()
		if m, err = write(ctx); err == nil && m.To != "" {
			err = a.mailer.Send(ctx, m)
		}
		if err != nil {
			a.log.Error("auth: mail", "for", what, "err", withoutSecrets(err.Error(), m))
		}
	})
}

// withoutSecrets takes the address and the token of a mail from what its mailer says, and whatever else looks like an
// address: mail servers name the address that they refuse, or where they would forward it, HTTP clients have it in a URL,
// and filters name the link that they do not like.
func withoutSecrets(text string, m Mail) string {
	if _, secret, ok := strings.Cut(m.Link, "token="); ok {
		text = strings.ReplaceAll(text, secret, "(token)")
	}
	find := `[\w.!#$%'*+^{|}~-]+(@|%40)[\w.-]+`
	if m.To != "" { // first: it may have signs that are none of an address elsewhere, as a / is in a URL
		find = regexp.QuoteMeta(m.To) + "|" + regexp.QuoteMeta(url.QueryEscape(m.To)) + "|" + regexp.QuoteMeta(url.PathEscape(m.To)) + "|" + find
	}
	return regexp.MustCompile("(?i)"+find).ReplaceAllString(text, "(address)")
}

// mailLink stores a token, and writes the mail with its link.
func (a *Auth) mailLink(ctx context.Context, t token, path, subject, text string) (Mail, error) {
	secret, err := a.accounts.mailed(ctx, t, a.now())
	if err != nil {
		return Mail{}, err
	}
	link := a.url + path + "?" + url.Values{"token": {secret}}.Encode()
	return Mail{To: t.email, Subject: subject, Link: link, Text: fmt.Sprintf("%s\n\n%s\n\nIf you have not asked for this, do nothing.\n", text, link)}, nil
}
