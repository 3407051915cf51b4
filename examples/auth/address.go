package auth

import "strings"

// readAddress returns an e-mail address as accounts have it, in small letters, or what is wrong with it. It takes ASCII
// alone: so no two addresses look like one, and none becomes another by a change of case, as the Kelvin sign becomes a k.
// Domains in other scripts have an ASCII form, which begins with xn--.
//
// The forms' rules have checked that it is one at all.
func readAddress(text string) (email, problem string) {
	text = strings.TrimSpace(text)
	for i := range len(text) {
		if c := text[i]; c <= ' ' || c > '~' {
			return "", "must be in the letters a to z, digits and signs"
		}
	}
	if local, domain, _ := strings.Cut(text, "@"); local == "" || domain == "" || strings.Contains(domain, "@") || len(text) > 254 {
		return "", "must have the @ sign, a domain and no spaces"
	}
	return strings.ToLower(text), ""
}
