package accept_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/sideband-go/sideband/internal/accept"
)

func TestTheCodingOfTheHighestWeightIsChosen(t *testing.T) {
	for lines, want := range map[string]string{
		"":                         "",
		"gzip":                     "gzip",
		"GZip ; Q=0.5":             "gzip",
		"zstd":                     "zstd",
		"gzip, deflate, br, zstd":  "zstd",
		"gzip, deflate, br":        "gzip",
		"zstd;q=0.1, gzip;q=1":     "gzip",
		"zstd;q=1.0, gzip;q=0.5":   "zstd",
		"gzip;q=0":                 "",
		"gzip; q=0, zstd; q=0":     "",
		"zstd; q=0.000, gzip":      "gzip",
		"zstd;level=3;q=0.1, gzip": "gzip",
		"zstd;level=3":             "zstd",
		"gzip, gzip;q=0":           "",
		"br\ngzip":                 "gzip",
		"gzip;q=0.5\nzstd;q=0.4":   "gzip",

		"gzip;q=nonsense":                   "",
		"gzip;q=":                           "",
		"gzip;q":                            "",
		"gzip;q=2":                          "",
		"gzip;q=Inf":                        "",
		"zstd;q=-1, gzip;q=NaN":             "",
		"zstd;q=x, gzip":                    "gzip",
		",,;q=1, gzip ,":                    "gzip",
		",,;;=,\t":                          "",
		"x-gzip, gzipped, zstdlike, xzstd":  "",
		strings.Repeat("gzip;q=0,", 10_000): "",

		"identity":                       "",
		"identity, gzip":                 "gzip", // smaller, and liked as much
		"identity, gzip;q=0.5":           "",
		"identity;q=0.5, gzip":           "gzip",
		"identity;q=0, gzip;q=0.1":       "gzip",
		"identity;q=0, br":               "", // rather readable than refused
		"*":                              "",
		"*;q=1, gzip;q=0":                "",
		"*, gzip;q=0.1":                  "gzip",
		"*;q=0":                          "",
		"*;q=0, gzip":                    "gzip",
		"identity;q=0, *":                "zstd",
		"identity;q=0, *, zstd;q=0":      "gzip",
		"identity;q=0, *;q=0.5, gzip":    "gzip",
		"identity;q=0, *;q=0, gzip;q=.5": "gzip",
		"identity;q=0, *;q=0":            "",
	} {
		if got := accept.Encoding(strings.Split(lines, "\n"), "zstd", "gzip"); got != want {
			t.Errorf("%q: %q, want %q", lines, got, want)
		}
	}
	if got := accept.Encoding(nil, "zstd", "gzip"); got != "" {
		t.Errorf("no line: %q", got)
	}
	if got := accept.Encoding([]string{"zstd, gzip"}); got != "" {
		t.Errorf("nothing offered: %q", got)
	}
	if got := accept.Encoding([]string{"zstd, gzip"}, "gzip", "zstd"); got != "gzip" {
		t.Errorf("of equal ones the first offered is %q", got)
	}
}

func FuzzEncoding(f *testing.F) {
	for _, s := range []string{"gzip;q=0.5, *", "identity;q=0,zstd", ";=,\x00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, line string) {
		offered := []string{"zstd", "gzip"}
		got := accept.Encoding([]string{line}, offered...)
		if got != "" && !slices.Contains(offered, got) {
			t.Errorf("%q: %q was not offered", line, got)
		}
	})
}
