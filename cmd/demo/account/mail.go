package account

import (
	"context"
	"slices"
	"strings"
	"sync"

	"github.com/sideband-go/sideband/examples/auth"
	"github.com/sideband-go/sideband/pubsub"
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

// maxMails is how many mails are kept.
const maxMails = 10

// Outbox is a mailer that shows mails in place of sending them.
type Outbox struct {
	changed pubsub.Topic[struct{}]

	mu    sync.Mutex
	mails []auth.Mail // the newest first
}

// NewOutbox returns an empty outbox.
func NewOutbox(bus *pubsub.Bus) *Outbox {
	return &Outbox{changed: pubsub.NewTopic[struct{}](bus, "mails")}
}

// Send is part of auth.Mailer.
func (o *Outbox) Send(ctx context.Context, m auth.Mail) error {
	o.mu.Lock()
	o.mails = slices.Insert(o.mails, 0, m)
	o.mails = o.mails[:min(len(o.mails), maxMails)]
	o.mu.Unlock()
	return o.changed.Publish(ctx, struct{}{})
}

func (o *Outbox) list() []auth.Mail {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Clone(o.mails)
}

// Mails is what the page of mails shows.
var Mails = state.NewKey[[]auth.Mail]("mails")

// MailPage shows the mails, as they come.
type MailPage struct{ Outbox *Outbox }

// Mount shows the mails that there are.
func (p MailPage) Mount(s *views.Socket, _ views.NoParams) error {
	s.SetTitle("Mail")
	if err := pubsub.Subscribe(s, p.Outbox.changed, MailPage.came); err != nil {
		return err
	}
	Mails.Set(s, p.Outbox.list())
	return nil
}

// came shows a new mail.
func (p MailPage) came(s *views.Socket, _ struct{}) error {
	Mails.Set(s, p.Outbox.list())
	return nil
}

// body is a mail's text without its link, which stands below it.
func body(m auth.Mail) string {
	text := m.Text
	if m.Link != "" {
		text = strings.Replace(text, m.Link+"\n\n", "", 1)
	}
	return strings.TrimSpace(text)
}
