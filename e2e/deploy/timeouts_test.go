package deploy_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/sideband-go/sideband/handlers"
)

// A stream sets a deadline of its own for each write and reads nothing, so that it lives
// longer than what http.Server allows other answers.
func TestNoTimeoutOfTheServerCutsAStream(t *testing.T) {
	t.Parallel()
	const short = 300 * time.Millisecond
	for name, set := range map[string]func(*http.Server){
		"ReadHeaderTimeout": func(s *http.Server) { s.ReadHeaderTimeout = short },
		"IdleTimeout":       func(s *http.Server) { s.IdleTimeout = short },
		"WriteTimeout":      func(s *http.Server) { s.WriteTimeout = short },
		"ReadTimeout":       func(s *http.Server) { s.ReadTimeout = short },
	} {
		for protocol, speak := range map[string]func(*http.Protocols, bool){
			"HTTP/1.1": (*http.Protocols).SetHTTP1,
			"HTTP/2":   (*http.Protocols).SetUnencryptedHTTP2,
		} {
			t.Run(name+" over "+protocol, func(t *testing.T) {
				t.Parallel()
				var c handlers.Config
				c.Connection.Heartbeat = short / 5
				a := start(t, "", c, onChi(), set)
				p := visit(t, over(speak)).open(a.url() + "/count").connect()
				p.counts("Count: 1")
				for began := time.Now(); time.Since(began) < 4*short; {
					if _, err := p.lines.ReadString('\n'); err != nil {
						t.Fatal(err)
					}
				}
				p.counts("Count: 2")
			})
		}
	}
}
