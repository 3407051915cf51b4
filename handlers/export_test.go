package handlers

// Waiting counts the jobs in the mailboxes of all views.
func Waiting(k *Kit) int { return k.views.Waiting() }
