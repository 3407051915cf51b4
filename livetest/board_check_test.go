package livetest_test

import (
	"strings"
	"testing"

	"github.com/a-h/templ"

	"github.com/sideband-go/sideband/internal/faketest"
	"github.com/sideband-go/sideband/livetest"
	"github.com/sideband-go/sideband/livetest/internal/board"
	"github.com/sideband-go/sideband/views"
)

// What users see a notice of at most is told to the test.
func TestFailuresAreFound(t *testing.T) {
	t.Parallel()
	golden(t, "failures", placed(faketest.Run(func(t testing.TB) {
		page := openBoard(t)
		page.Button("Fail").Click()
		page.Button("Panic").Click()
		if err := views.Send(page.View(), board.Page.Explode, views.NoParams{}); err != nil {
			t.Fatal(err)
		}
		page.Button("Place frail").Click()
		page.Expect("#frail", "This part of the page could not be shown.")
		page.Button("Place twice").Click()
		page.Expect("#tea-shout span", "tea: 100!") // it stays as it was
	})))
	said := faketest.Run(func(t testing.TB) {
		page := openBoard(t)
		page.Skip(livetest.Failures, livetest.BrokenParts)
		page.Button("Refuse").Click() // the user is told
		page.Button("Fail").Click()
		page.Button("Place frail").Click()
	})
	if said != "" {
		t.Errorf("it says %s", said)
	}
	said = faketest.Run(func(t testing.TB) { openBoard(t).Button("Refuse").Click() })
	if said != "" {
		t.Errorf("a refusal is a failure: %s", said)
	}
}

func TestStreams(t *testing.T) {
	t.Parallel()
	page := openBoard(t)
	entries := func() string { return strings.Join(page.Find("#entries li").Texts(), ", ") }
	for _, where := range []string{"end", "begin", "middle", "change", "delete"} {
		page.Button("Write " + where).Click()
	}
	expect(t, "the entries", entries(), "one, entry 5, two, changed after 5")
	page.Hide()
	for range 3 {
		if err := views.Send(page.View(), board.Page.Write, "end"); err != nil {
			t.Fatal(err)
		}
	}
	page.Show()
	expect(t, "the entries", entries(), "one, entry 5, two, changed after 5, entry 6, entry 7, entry 8")

	golden(t, "stream", faketest.Run(func(t testing.TB) {
		page := livetest.Component(t, board.Page{}, board.Mixed(), board.Written.To(0))
		page.Button("Write").Click()
	}))
}

func TestAPageThatCannotBeMountedSaysWhy(t *testing.T) {
	t.Parallel()
	golden(t, "not mounted", faketest.Run(func(t testing.TB) {
		shout := views.Component("tea", board.Shout{Label: "tea"})
		livetest.Component(t, livetest.Blank{}, templ.Join(shout, shout)).Button("Louder").Click()
	}))
}

func TestEventsOfComponentsAreKnown(t *testing.T) {
	t.Parallel()
	golden(t, "component events", faketest.Run(func(t testing.TB) {
		page := openBoard(t)
		page.Button("Remove milk").Click()
	}))
	// A hidden page may have events for what is gone.
	said := faketest.Run(func(t testing.TB) {
		page := openBoard(t)
		page.Hide()
		if err := views.Send(page.View(), board.Page.Remove, "milk"); err != nil {
			t.Fatal(err)
		}
		page.Find("#other").Expect("Like milk")
	})
	if said != "" {
		t.Errorf("it says %s", said)
	}
}
