package render

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"
)

// Case 483: what acts without a nonce, or would take one, has another name or is no tag; all else is as it was.
func TestDisarm(t *testing.T) {
	for in, want := range map[string]string{
		`<b hx-vals:inherited="js:x">`:                        `<b hx-vals_inherited="js:x">`,
		`<b HX-Vals:Inherited:append=x>`:                      `<b HX-Vals_Inherited:append=x>`,
		`<b hx-sse:connect="/x" sse-connect=/x SSE-Swap="x">`: `<b hx-sse_connect="/x" sse_connect=/x SSE_Swap="x">`,
		`sse-swap`:                               `sse_swap`,
		`<b x="a"sse-swap=x/sse-close=sse-swap>`: `<b x="a"sse_swap=x/sse_close=sse_swap>`,
		`<b a:inherited hx-a:b:inherited:inherited hx-b:inherited/>`: `<b a:inherited hx-a:b_inherited_inherited hx-b_inherited/>`,
		`hx-sse:inherited hx-sse:x`:                                  `hx-sse_inherited hx-sse_x`,
		`<script src=//evil.example <link nonce="n"><p>`:             `_script src=//evil.example <link nonce="n"><p>`,
		`<script src=//evil.example x="<link NONCE=n>"><p>`:          `_script src=//evil.example x="<link NONCE=n>"><p>`,
		`<body><HTML/x><frameset >`:                                  `<bod_><HTM_/x><framese_ >`,
		`<<head></head>b>`:                                           `<<head></hea_>b>`,
		`<hx-partial></hx-partial><HX-A>`:                            `<hx_partial></hx_partial><HX_A>`,
		`<b hx-on:click="x" title="`:                                 `_b hx-on:click="x" title="`,
		`<b hx-on:click="x" title="</p>">`:                           `_b hx-on:click="x" title="</p>">`,
		`<b hx-on:click="x"<p>`:                                      `_b hx-on:click="x"<p>`,
		`<b title='<i' Hx-on="x">`:                                   `_b title='<i' Hx-on="x">`,
		`<b title=<p hx-nonce="n">`:                                  `_b title=<p hx-nonce="n">`,
		`<b`:                                                         `_b`,
		`</p <b hx-on="x" title="<p>">`:                              `</p _b hx-on="x" title="<p>">`,

		// These are whole, or have nothing of htmx.
		`<b hx-on:click="i < 3" title='1<2' x=<>a</b>`:               `<b hx-on:click="i < 3" title='1<2' x=<>a</b>`,
		`<b hx-on:click="a &lt;b" title=">"><i x=a/></i></b>`:        `<b hx-on:click="a &lt;b" title=">"><i x=a/></i></b>`,
		`<input placeholder="<name>"><b hx-post="x">`:                `<input placeholder="<name>"><b hx-post="x">`,
		`<script>for(i=0;i<n;i++){a="x"}</script><b hx-post="x"/>`:   `<script>for(i=0;i<n;i++){a="x"}</script><b hx-post="x"/>`,
		`<b asse-swap=x sse-swapped a-sse-swap=x xhx-a:inherited>`:   `<b asse-swap=x sse-swapped a-sse-swap=x xhx-a:inherited>`,
		`<script nonce="n">f("<p>")</script><link nonce="n"/>`:       `<script nonce="n">f("<p>")</script><link nonce="n"/>`,
		`<header></header><bodyguard><b hx-vals:append="1" a:b=""/>`: `<header></header><bodyguard><b hx-vals:append="1" a:b=""/>`,
		`a<b`: `a_b`, // it could go on
	} {
		for nonce, want := range map[string]string{"n": want, "": in} {
			got := []byte(in)
			(&Tree{nonce: nonce}).disarm(got)
			if string(got) != want {
				t.Errorf("with the nonce %q\n%s is\n%s, not\n%s", nonce, in, got, want)
			}
		}
	}
}

// Case 483: whatever somebody writes between elements with a nonce, and wherever an operation takes a piece out of the
// rendering, no script of an element is vouched for by the nonce of another one.
func TestNoTagTakesAnothersNonce(t *testing.T) {
	pieces := []string{
		"<b hx-on:click=EVIL", "<b hx-on:click=EVIL ", `<B x=y/HX-ON:CLICK="EVIL"`, "<b", " hx-on:click=EVIL ", ` title="`, "title = '", " title=", `"`, "'", "`", ">", "<", "</", "/", "=", " ", "\t", "\f", "\r", "\x00", "a", "<i ", "</i>",
		"<!--", "-->", "--!>", "<!", "<?", "<svg>", "</svg>", "<style>", "</style>", "<script>", "</script>", "<textarea>", "</textarea>", "<title>", "<noscript>",
		"</noscript>", "<template>", "</template>", "<![CDATA[", "]]>", "<p>", "</p>", "<plaintext>",
	}
	const own = `</p><button title="Don't" hx-post="?x" hx-nonce="n">x</button><p>`
	r := rand.New(rand.NewPCG(16, 482)) //nolint:gosec // not a secret
	written := func() string {
		var b strings.Builder
		for range r.IntN(12) {
			b.WriteString(pieces[r.IntN(len(pieces))])
		}
		return b.String()
	}
	tree := &Tree{nonce: "n"}
	stolen := func(text string) bool {
		for z := html.NewTokenizer(strings.NewReader(text)); z.Next() != html.ErrorToken; {
			found := 0
			for _, a := range z.Token().Attr {
				if a.Key == "hx-nonce" || a.Val == "EVIL" && a.Key == "hx-on:click" {
					found++
				}
			}
			if found == 2 {
				return true
			}
		}
		return false
	}
	open := 0 // how often it would be stolen
	for range 10_000 {
		text := own + written() + own + written() + own
		if stolen(text) {
			open++
		}
		view := []byte(text)
		tree.disarm(view)
		if stolen(string(view) + own) {
			t.Fatalf("the nonce is stolen:\n%s\n%s", text, view)
		}
		from := r.IntN(len(view))
		ops := append(view[from:from+r.IntN(len(view)-from)], own+written()+own...)
		before := string(ops)
		if tree.disarmOpens(ops); stolen(string(ops) + own) {
			t.Fatalf("the nonce is stolen:\n%s\n%s", before, ops)
		}
	}
	if open < 50 {
		t.Errorf("the nonce would be stolen %d times: the test writes too little", open)
	}
}

// Case 483: tags in tags in tags take no longer than their length.
func TestDisarmIsLinear(t *testing.T) {
	for _, piece := range []string{`<b x="`, `<b x='<b x="`, `<b `, `<b x=<b y='>`, `<`, `<b x='"`, `<hx-`, `<b hx-`} {
		text := []byte(strings.Repeat(piece, 1<<20/len(piece)))
		begun := time.Now()
		(&Tree{nonce: "n"}).disarm(text)
		if took := time.Since(begun); took > 5*time.Second {
			t.Errorf("1 MiB of %s takes %v", piece, took)
		}
	}
}

// Case 542: text that looks like names to take out takes no longer than its length.
func TestDisarmLooksBackOnce(t *testing.T) {
	for _, piece := range []string{"sse-", "SSE-", "sse:", "Sse:", ":inherited", ":INHERITED", "sse-sse:", "sse::inherited", "hx-sse:inherited", "sse-connect", "hx-", "nonce", "<b nonce"} {
		for _, begin := range []string{"", "hx-", `<b "`} {
			text := []byte(begin + strings.Repeat(piece, 1<<20/len(piece)))
			begun := time.Now()
			(&Tree{nonce: "n"}).disarm(text)
			if took := time.Since(begun); took > 5*time.Second {
				t.Errorf("1 MiB of %s behind %q takes %v", piece, begin, took)
			}
		}
	}
}
