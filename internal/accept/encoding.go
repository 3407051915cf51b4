// Package accept chooses what to answer a request with by what its client accepts.
package accept

import (
	"strconv"
	"strings"
)

// Encoding returns which of the offered content codings suits a client best that sent these
// lines of Accept-Encoding, or "" to send the content as it is. It takes the coding of the
// highest weight, of equal ones the first offered. The client has to name it: "*" does not say
// which codings it can read, so that counts only if it refuses content without one. A weight
// that cannot be read is 0; of several for one coding the last counts.
func Encoding(lines []string, offered ...string) string {
	identity, named := weight(lines, "identity")
	var others float64
	if named && identity == 0 {
		others, _ = weight(lines, "*")
	}
	best, highest := "", identity
	for _, coding := range offered {
		q, named := weight(lines, coding)
		if !named {
			q = others
		}
		if q > highest || best == "" && q > 0 && q == highest {
			best, highest = coding, q
		}
	}
	return best
}

// weight returns the weight, from 0 to 1, that the lines give a coding, and whether they name it.
func weight(lines []string, coding string) (q float64, named bool) {
	for _, line := range lines {
		for item := range strings.SplitSeq(line, ",") {
			name, params, _ := strings.Cut(item, ";")
			if strings.EqualFold(strings.TrimSpace(name), coding) {
				q, named = parseWeight(params), true
			}
		}
	}
	return q, named
}

// parseWeight reads the weight among the parameters of a coding, as in "q=0.5".
func parseWeight(params string) float64 {
	for param := range strings.SplitSeq(params, ";") {
		key, value, _ := strings.Cut(param, "=")
		if !strings.EqualFold(strings.TrimSpace(key), "q") {
			continue
		}
		q, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
		if err != nil || !(q >= 0 && q <= 1) { // NaN is neither
			return 0
		}
		return q
	}
	return 1
}
