package todos

import (
	"fmt"
	"strings"
	"unicode"
)

// Entry is what the form of a text posts.
type Entry struct {
	Text   string `form:"text"`
	Number int    `form:"number"` // of the form for a new todo
}

// maxLetters is how long a text may be. The fields take no more.
const maxLetters = 200

// Why a text can't be taken.
const empty = "A todo needs a text."

var long = fmt.Sprintf("A todo has %d letters at most. The rest has been cut off.", maxLetters)

// text is what was entered, in one line. If it can't be taken, problem says why, and text is
// what the field is to hold.
func (e Entry) text() (text, problem string) {
	text = strings.Join(strings.Fields(strings.Map(visible, strings.ToValidUTF8(e.Text, ""))), " ")
	if text == "" {
		return "", empty
	}
	if letters := []rune(text); len(letters) > maxLetters {
		return string(letters[:maxLetters]), long
	}
	return text, ""
}

// visible leaves out what can't be seen, and what would turn the text round.
func visible(r rune) rune {
	if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
		return ' '
	}
	return r
}
