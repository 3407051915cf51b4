package todos

import "fmt"

var (
	deeds  = []string{"Call", "Write to", "Visit", "Thank", "Remind", "Pay", "Ask", "Invite", "Wait for", "Help"}
	people = []string{"the plumber", "the neighbours", "an old friend", "the dentist", "the landlord", "the choir", "the bank", "the bakery", "the garage", "the library", "the tailor"}
)

// chore is a made-up text for the todo with the id.
func chore(id int) string {
	return fmt.Sprintf("%s %s (%d)", deeds[id%len(deeds)], people[id%len(people)], id)
}
