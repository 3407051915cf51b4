package protocol

import (
	"fmt"
	"math"
	"net/http"
	"reflect"
	"strings"
	"time"
)

// Texts are what the users of pages read of the kit itself. A field that is empty has the text of
// [DefaultTexts]. They are plain text: the kit escapes them for HTML.
type Texts struct {
	// Notices of events that are refused, by the status of the answer.
	BadRequest       string // 400: the request is malformed
	Forbidden        string // 403: the page was served for another session or identity
	NotFound         string // 404: the page has no such event
	Conflict         string // 409: the page was served for another address
	Gone             string // 410: the view has ended
	TooLarge         string // 413: Config.Limits.Body
	UnsupportedMedia string // 415: the body is not that of a form
	TooManyRequests  string // 429: too many callbacks wait for the view
	TooOften         string // 429: beyond a rate limit; {wait} stands for the time to wait, such as "12 s"
	Failed           string // 500: an error or a panic; also what a browser shows if a page fails altogether
	Busy             string // 503: too many views are being mounted; also a page of its own
	Refused          string // another status, of the application's middleware

	// Notices of events whose callback did not do its work.
	BadValue string // 400: a parameter does not parse
	TooSlow  string // 503: Config.Timeouts.Event

	// Notices of pages that are not live any more.
	NotLive       string // reloading has not helped
	NoSession     string // the browser sends no session cookie
	TooManyOpen   string // the view was evicted while it was connected
	OpenElsewhere string // another page has taken over the view

	// What a page has ready for when the server is slow or can't be reached, or there are no scripts.
	Waiting        string // an event takes longer than usual
	ConnectionLost string // the connection broke off
	NotReached     string // an event did not reach the server
	NoScript       string // JavaScript is off

	// Pages that say what is wrong.
	TooManyPages     string // 429: Config.Limits.SessionMounts
	RedirectLoop     string // 508: pages redirect to each other again and again; also a notice
	GoingDown        string // 503: Kit.Shutdown was called
	NoSuchPage       string // 404: the address is malformed
	MethodNotAllowed string // 405
	StartPage        string // the link to the start page, below each of them
	CrossSite        string // 403: another site has made the request

	// What stands in a page.
	PartFailed string // in place of a component that can't be rendered
	Dismiss    string // the label of a flash message's button, which screen readers speak
}

// DefaultTexts returns the texts in English.
func DefaultTexts() Texts {
	return Texts{
		BadRequest:       "That could not be read. Please reload the page.",
		Forbidden:        "This page belongs to another session. Please reload it.",
		NotFound:         "The page has no such action.",
		Conflict:         "This page belongs to another address. Please reload it.",
		Gone:             "This page has ended. Please reload it.",
		TooLarge:         "That is too much to send at once.",
		UnsupportedMedia: "That can't be sent in this form.",
		TooManyRequests:  "Too much at once. Please try again in a moment.",
		TooOften:         "That was too often. Please try again in {wait}.",
		Failed:           "Something went wrong. Please try again.",
		Busy:             "The server is busy. Please try again in a moment.",
		Refused:          "That is not possible right now. Please try again in a moment.",

		BadValue: "That value could not be read.",
		TooSlow:  "That took too long. Please try again.",

		NotLive:       "This page is not live, and reloading it did not help. Please try again in a minute.",
		NoSession:     "This page is not live, because the browser sends no session cookie. Reload it; if that does not help, use HTTPS and allow cookies.",
		TooManyOpen:   "This page is no longer live, because too many are open. Reload it to go on.",
		OpenElsewhere: "This page is open elsewhere by now, and is no longer live here. Reload it to go on.",

		Waiting:        "Waiting for the server…",
		ConnectionLost: "The connection is lost. Trying again…",
		NotReached:     "That did not reach the server. Please try again.",
		NoScript:       "JavaScript is off, so this page is not live: it shows what there was when it was loaded.",

		TooManyPages:     "Too many pages at once. Please try again in a moment.",
		RedirectLoop:     "The pages here lead to each other in circles. Please try again later.",
		GoingDown:        "The server is going down. Please try again in a moment.",
		NoSuchPage:       "Not found",
		MethodNotAllowed: "This page takes no such request.",
		StartPage:        "Back to the start page",
		CrossSite:        "Requests from other sites are not allowed.",

		PartFailed: "This part of the page could not be shown.",
		Dismiss:    "Dismiss",
	}
}

// WithDefaults returns t with the default in each field that is empty.
func (t Texts) WithDefaults() Texts {
	fields, defaults := reflect.ValueOf(&t).Elem(), reflect.ValueOf(DefaultTexts())
	for i := range fields.NumField() {
		if f := fields.Field(i); f.IsZero() {
			f.Set(defaults.Field(i))
		}
	}
	return t
}

// TooOftenFor returns the notice of a rate limit that allows the event after a time, in whole units.
func (t *Texts) TooOftenFor(wait time.Duration) string {
	n, unit := math.Ceil(wait.Seconds()), "s"
	switch {
	case n > 2*3600:
		n, unit = math.Ceil(wait.Hours()), "h"
	case n > 120:
		n, unit = math.Ceil(wait.Minutes()), "min"
	}
	return strings.ReplaceAll(t.TooOften, "{wait}", fmt.Sprintf("%.0f %s", max(1, n), unit))
}

// Refusal returns the notice of an event that is refused with a status.
func (t *Texts) Refusal(status int) string {
	switch status {
	case http.StatusBadRequest:
		return t.BadRequest
	case http.StatusForbidden:
		return t.Forbidden
	case http.StatusNotFound:
		return t.NotFound
	case http.StatusConflict:
		return t.Conflict
	case http.StatusGone:
		return t.Gone
	case http.StatusRequestEntityTooLarge:
		return t.TooLarge
	case http.StatusUnsupportedMediaType:
		return t.UnsupportedMedia
	case http.StatusTooManyRequests:
		return t.TooManyRequests
	case http.StatusInternalServerError:
		return t.Failed
	case http.StatusServiceUnavailable:
		return t.Busy
	}
	return t.Refused
}
