package views_test

import (
	"strings"
	"testing"

	"github.com/sideband-go/sideband/views"
)

// Case 449: what is no key panics, and no key is anything but a text in its script.
func TestKeysOfTriggers(t *testing.T) {
	for keys, want := range map[string]string{
		"Escape":  "keydown[typeof(key)==`string`&&keyCode!=229&&!isComposing&&(key==`Escape`&&!ctrlKey&&!metaKey&&!altKey&&!shiftKey)]",
		"/":       "keydown[typeof(key)==`string`&&keyCode!=229&&!isComposing&&(key==`\\x2f`&&!ctrlKey&&!metaKey&&!altKey)]",
		"Mod+s":   "keydown[typeof(key)==`string`&&keyCode!=229&&!isComposing&&(key.toLowerCase()==`s`&&ctrlKey!=metaKey&&!altKey)]",
		"Ctrl++":  "keydown[typeof(key)==`string`&&keyCode!=229&&!isComposing&&(key==`\\x2b`&&ctrlKey&&!metaKey&&!altKey)]",
		"Space `": "keydown[typeof(key)==`string`&&keyCode!=229&&!isComposing&&(key==`\\x20`&&!ctrlKey&&!metaKey&&!altKey&&!shiftKey||key==`\\x60`&&!ctrlKey&&!metaKey&&!altKey)]",
	} {
		if got := (views.Trigger{On: "keydown", Keys: keys}).Spec(); got != want {
			t.Errorf("%s: %s", keys, got)
		}
	}
	for _, bad := range []views.Trigger{
		{On: "click", Keys: "a"}, {On: "keydown", Keys: " "}, {On: "keydown", Keys: "escape"}, {On: "keydown", Keys: "Hyper+a"}, {On: "keydown", Keys: "alert(1)"},
	} {
		func() {
			defer func() {
				if said, _ := recover().(string); !strings.HasPrefix(said, "views: ") {
					t.Errorf("%+v: %q", bad, said)
				}
			}()
			t.Errorf("%+v: %s", bad, bad.Spec())
		}()
	}
}
