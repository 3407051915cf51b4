package command_test

import (
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/sideband-go/sideband/internal/command"
)

// arguments is how many each operation has.
func arguments(op command.Op) (n int) {
	for ; n < 6; n++ {
		if func() (ok bool) {
			defer func() { ok = recover() == nil }()
			command.Text([]command.Step{{Op: op, Args: make([]string, n)}})
			return true
		}() {
			return n
		}
	}
	panic("an operation without a text")
}

func chains() *rapid.Generator[[]command.Step] {
	step := rapid.Custom(func(t *rapid.T) command.Step {
		s := command.Step{Op: command.Op(rapid.IntRange(0, int(command.Post)).Draw(t, "op"))}
		for range arguments(s.Op) {
			s.Args = append(s.Args, strings.ToValidUTF8(rapid.String().Draw(t, "argument"), "?"))
		}
		return s
	})
	return rapid.SliceOfN(step, 1, 6)
}

// Case 440: no argument leaves its literal, and htmx splits no attribute there.
func TestScriptsSayWhatTheStepsAre(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		chain := chains().Draw(t, "chain")
		text := command.Text(chain)
		got, ok := command.Parse(text)
		if !ok || !reflect.DeepEqual(got, chain) {
			t.Fatalf("%s\nof %v\nis read as %v", text, chain, got)
		}
		if strings.Contains(text, "->") || strings.ContainsAny(text, "\"'\n\r") {
			t.Fatalf("%q has what htmx splits", text)
		}
	})
}

func TestOtherScriptsAreNotRead(t *testing.T) {
	for _, text := range []string{"", "alert(1)", "htmx.find(this,`a`)?.focus();", "htmx.find(this,`a`)?.focus();alert(1)", "htmx.find(this,`a`)?.focus()x", "htmx.find(this,`\\x4`)?.focus()", "htmx.find(this,`a"} {
		if got, ok := command.Parse(text); ok {
			t.Errorf("%q is read as %v", text, got)
		}
	}
}

func TestFormattedNothingIsLost(t *testing.T) {
	for _, evil := range []string{"`);alert(1);(`", "${alert(1)}", `\`, "a->b; click -> alert(1)", "</script>", "\u2028", "\x00", "é"} {
		text := command.Text([]command.Step{{Op: command.Copy, Args: []string{evil}}})
		got, ok := command.Parse(text)
		if !ok || len(got) != 1 || got[0].Args[0] != evil {
			t.Errorf("%q becomes %s", evil, text)
		}
		if inner := text[strings.IndexByte(text, '`')+1 : strings.LastIndexByte(text, '`')]; strings.ContainsAny(inner, "`$<>;") {
			t.Errorf("%q leaves its literal: %s", evil, text)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("htmx.find(this,`a`)?.focus();window.location.assign(`/x`)")
	f.Fuzz(func(t *testing.T, text string) {
		if chain, ok := command.Parse(text); ok && len(chain) > 0 {
			if again, ok := command.Parse(command.Text(chain)); !ok || !reflect.DeepEqual(again, chain) {
				t.Errorf("%q is read as %v, and that as %v", text, chain, again)
			}
		}
	})
}
