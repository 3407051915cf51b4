package seal_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/sideband-go/sideband/internal/seal"
)

var (
	secretA = bytes.Repeat([]byte{1}, 32)
	secretB = bytes.Repeat([]byte{2}, 32)
)

// note has a field of each kind.
type note struct {
	ID    [16]byte
	At    time.Time
	Text  string
	Pairs []pair
}

type pair struct{ Key, Value string }

func (n *note) Fields(c *seal.Codec) {
	c.Fixed(n.ID[:])
	c.Time(&n.At)
	c.Text(&n.Text)
	seal.List(c, &n.Pairs, func(c *seal.Codec, p *pair) { c.Text(&p.Key); c.Text(&p.Value) })
}

// raw is a payload of bytes.
type raw []byte

func (r raw) Fields(c *seal.Codec) { c.Fixed(r) }

func mustSeal(t *testing.T, s *seal.Sealer, p seal.Payload) string {
	t.Helper()
	text, err := s.Seal(p)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestSealedPayloadsOpen(t *testing.T) {
	s := seal.New([][]byte{secretA}, "test", 1)
	for _, want := range []note{
		{At: time.Unix(0, 0)},
		{ID: [16]byte{1, 255}, At: time.Unix(1_800_000_000, 0), Text: "a=b&\xff\x00", Pairs: []pair{{"", "x"}, {"ä", ""}}},
		{At: time.Unix(1<<40, 0), Text: strings.Repeat("x", 1400)},
		{At: time.Unix(0, 0), Pairs: make([]pair, 255)},
	} {
		text := mustSeal(t, s, &want)
		got := note{Text: "left over", Pairs: []pair{{"left", "over"}}}
		if err := s.Open(text, &got); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%v: got %+v, want %+v", err, got, want)
		}
		if len(text) > seal.MaxSize || text == mustSeal(t, s, &want) {
			t.Errorf("%d bytes, or the same nonce twice", len(text))
		}
	}
}

func TestUnencryptedFields(t *testing.T) {
	for n := range 20 {
		s := seal.New([][]byte{secretA}, "test", 1).WithClear(n)
		want := raw("0123456789abcdefghijklmnopqrstuvwxyz")
		text := mustSeal(t, s, want)
		if got := s.Clear(nil, text); string(got) != string(want[:n]) {
			t.Errorf("%d bytes: %q", n, got)
		}
		got := make(raw, len(want))
		if err := s.Open(text, got); err != nil || string(got) != string(want) {
			t.Errorf("%d bytes: %v, %q", n, err, got)
		}
		if size := len(mustSeal(t, seal.New([][]byte{secretA}, "test", 1), want)); len(text) != size {
			t.Errorf("%d bytes: %d, not %d", n, len(text), size)
		}
		b, err := base64.RawURLEncoding.DecodeString(text)
		if err != nil {
			t.Fatal(err)
		}
		for i := range b {
			b[i] ^= 1
			if err := s.Open(base64.RawURLEncoding.EncodeToString(b), got); !errors.Is(err, seal.ErrInvalid) {
				t.Errorf("%d bytes, byte %d changed: %v", n, i, err)
			}
			b[i] ^= 1
		}
		for i := range text {
			if err := s.Open(text[:i], got); !errors.Is(err, seal.ErrInvalid) {
				t.Errorf("%d bytes, cut after %d: %v", n, i, err)
			}
			s.Clear(nil, text[:i]) // does not panic
		}
	}
	if got := seal.New([][]byte{secretA}, "test", 1).WithClear(16).Clear(nil, strings.Repeat("!", 100)); got != nil {
		t.Errorf("%q", got)
	}
}

func TestPayloadsThatAreTooLong(t *testing.T) {
	s := seal.New([][]byte{secretA}, "test", 1)
	for name, p := range map[string]seal.Payload{
		"text":           &note{Text: strings.Repeat("x", 1500)},
		"much text":      &note{Text: strings.Repeat("x", 1<<17)},
		"texts together": &note{Text: strings.Repeat("x", 800), Pairs: []pair{{strings.Repeat("x", 800), ""}}},
		"items":          &note{Pairs: make([]pair, 256)},
		"bytes":          make(raw, seal.MaxFields+1),
	} {
		if text, err := s.Seal(p); !errors.Is(err, seal.ErrTooLong) || text != "" {
			t.Errorf("%s: %d bytes, %v", name, len(text), err)
		}
	}
	if text := mustSeal(t, s, make(raw, seal.MaxFields)); len(text) != seal.MaxSize {
		t.Errorf("the longest is %d bytes", len(text))
	}
}

func TestOtherTextsDoNotOpen(t *testing.T) {
	s := seal.New([][]byte{secretA}, "test", 1)
	good := mustSeal(t, s, &note{Text: "hello"})
	for name, text := range map[string]string{
		"nothing":            "",
		"too long":           good + strings.Repeat("A", seal.MaxSize),
		"no base64":          "?" + good,
		"cut":                good[:len(good)-4],
		"the header alone":   good[:6],
		"another purpose's":  mustSeal(t, seal.New([][]byte{secretA}, "other", 1), &note{}),
		"another version's":  mustSeal(t, seal.New([][]byte{secretA}, "test", 2), &note{}),
		"another secret's":   mustSeal(t, seal.New([][]byte{secretB}, "test", 1), &note{}),
		"fewer fields":       mustSeal(t, s, make(raw, 16)),
		"more fields":        mustSeal(t, s, make(raw, 16+6+2+1+1)),
		"a field is missing": mustSeal(t, s, append(make(raw, 16+6), 0, 9)),
	} {
		if err := s.Open(text, &note{}); !errors.Is(err, seal.ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	in, err := base64.RawURLEncoding.DecodeString(good)
	if err != nil {
		t.Fatal(err)
	}
	for i := range in {
		changed := bytes.Clone(in)
		changed[i] ^= 1
		if err := s.Open(base64.RawURLEncoding.EncodeToString(changed), &note{}); !errors.Is(err, seal.ErrInvalid) {
			t.Errorf("byte %d changed: %v", i, err)
		}
	}
}

func TestSecretsAreReplaced(t *testing.T) {
	before, during, after := [][]byte{secretA}, [][]byte{secretB, secretA}, [][]byte{secretB}
	old, fresh := mustSeal(t, seal.New(before, "test", 1), &note{}), mustSeal(t, seal.New(during, "test", 1), &note{})
	for name, c := range map[string]struct {
		secrets [][]byte
		text    string
		opens   bool
	}{
		"old, before": {before, old, true}, "old, during": {during, old, true}, "old, after": {after, old, false},
		"new, before": {before, fresh, false}, "new, during": {during, fresh, true}, "new, after": {after, fresh, true},
	} {
		if err := seal.New(c.secrets, "test", 1).Open(c.text, &note{}); (err == nil) != c.opens {
			t.Errorf("%s: %v", name, err)
		}
	}
	signed := seal.NewSigner(before, "test").Sign("hello")
	if text, current, ok := seal.NewSigner(during, "test").Verify(signed); text != "hello" || current || !ok {
		t.Errorf("signed with the old secret: %q %v %v", text, current, ok)
	}
	if _, _, ok := seal.NewSigner(after, "test").Verify(signed); ok {
		t.Error("a removed secret's signature is good")
	}
}

func TestSignedTexts(t *testing.T) {
	s := seal.NewSigner([][]byte{secretA}, "test")
	for _, text := range []string{"", "hello", "a.b.c", "ä\xff"} {
		if got, current, ok := s.Verify(s.Sign(text)); got != text || !current || !ok {
			t.Errorf("%q: %q %v %v", text, got, current, ok)
		}
	}
	good := s.Sign("a.b")
	for _, signed := range []string{
		"", ".", "a.b", good[:len(good)-1], good + "A", "x" + good, strings.Replace(good, "b", "c", 1), "a.b.", good + ".",
		seal.NewSigner([][]byte{secretA}, "other").Sign("a.b"), s.Sign(strings.Repeat("x", seal.MaxSize)),
	} {
		if text, _, ok := s.Verify(signed); ok || text != "" {
			t.Errorf("%.60q is good", signed)
		}
	}
}

// FuzzOpen checks that no other text opens or verifies, and that none panics.
func FuzzOpen(f *testing.F) {
	s := seal.New([][]byte{secretA}, "test", 1)
	f.Add("")
	f.Add("AQ")
	f.Add(strings.Repeat("A", 200))
	f.Fuzz(func(t *testing.T, text string) {
		if err := s.Open(text, &note{}); err == nil {
			t.Errorf("%q opens", text)
		}
		if _, _, ok := seal.NewSigner([][]byte{secretA}, "test").Verify(text); ok {
			t.Errorf("%q is signed", text)
		}
	})
}

// FuzzFields checks that reading any sealed bytes as fields does not panic, and that fields which can
// be read are sealed as the same bytes again.
func FuzzFields(f *testing.F) {
	s := seal.New([][]byte{secretA}, "test", 1)
	f.Add([]byte{})
	f.Add(append(make([]byte, 16+6), 0, 1, 'x', 1, 0, 1, 'k', 0, 0))
	f.Add(append(make([]byte, 16+6), 255, 255, 255))
	f.Fuzz(func(t *testing.T, plain []byte) {
		text, err := s.Seal(raw(plain))
		if err != nil {
			if len(plain) <= seal.MaxFields {
				t.Fatal(err)
			}
			return
		}
		var n note
		if s.Open(text, &n) != nil {
			return
		}
		again, err := s.Seal(&n)
		got := make(raw, len(plain))
		if err != nil || s.Open(again, got) != nil || !bytes.Equal(got, plain) {
			t.Errorf("%x is sealed again as %x: %v", plain, got, err)
		}
	})
}
