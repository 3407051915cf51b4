package handlers

import (
	"time"

	"github.com/sideband-go/sideband/internal/session"
)

// Waiting counts the jobs in the mailboxes of all views.
func Waiting(k *Kit) int { return k.views.Waiting() }

// LeadsTo reports whether a redirect to an address counts for what a browser asks for.
func LeadsTo(to, asked string) bool {
	return redirectedTo(session.ID{}, to) == redirectedTo(session.ID{}, asked)
}

// Want has a state asked for, as Socket.RecoverDurable does, by a page that never comes back.
func Want(k *Kit, name string) { k.stashes.wanted.Grant(name, time.Now()) }

// WantedAfterSweep sweeps, and counts the states that are still asked for.
func WantedAfterSweep(k *Kit) int {
	k.sweep()
	return k.stashes.wanted.Sweep(time.Time{})
}
