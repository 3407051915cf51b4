// Command demo serves Sideband's demo pages.
//
//	go run ./cmd/demo
//
// It prints where they are and serves them until it is interrupted. Flags:
//
//	-addr    where to listen, 127.0.0.1:8080 if not given
//	-secret  what seals the pages' tickets, at least 32 bytes; if not given, a random
//	         one is kept in sideband-demo/secret in the user's cache folder
//	-data    the file with the database of users, products and accounts, which is made if it is missing; if not
//	         given, sideband-demo/users.db in the user's cache folder. Beside it are the folder of uploads
//	         and users.db.stashes, with what durable keys keep
//	-cert    a file with a certificate, and
//	-key     one with its key: serve HTTPS, with HTTP/2
//	-dev     log HTML that costs more than it needs
//	-metrics where to serve metrics for Prometheus, at /metrics, and the debug page, at
//	         /debug/sideband: an address that users do not reach
//	-traces  write traces to the standard error
//
// Pages that are open while the demo is restarted go on with the new one, as long as the
// secret is the same.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// run is the program: it serves until ctx is done and returns the exit status.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	c, err := parse(args, stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		return 2
	}
	if err := serve(ctx, c, stdout, stderr); err != nil {
		_, _ = fmt.Fprintf(stderr, "demo: %v\n", err) // nobody else is left to tell
		return 1
	}
	return 0
}

// config is what the flags say.
type config struct {
	addr      string
	secret    string
	data      string
	cert, key string
	dev       bool
	metrics   string
	traces    bool
}

const minSecret = 32

// parse reads the flags. It tells stderr what is wrong with them.
func parse(args []string, stderr io.Writer) (c config, err error) {
	flags := flag.NewFlagSet("demo", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&c.addr, "addr", "127.0.0.1:8080", "`address` to listen on")
	flags.StringVar(&c.secret, "secret", "", "what seals the pages' tickets, at least 32 `bytes`; pages that are open survive a restart with the same\n"+
		"(default: a random one, kept in sideband-demo/secret in your cache folder)")
	flags.StringVar(&c.data, "data", "", "`file` with the database of users, products and accounts, which is made if it is missing\n"+
		"(default: sideband-demo/users.db in your cache folder)")
	flags.StringVar(&c.cert, "cert", "", "`file` with a certificate: serve HTTPS, with HTTP/2")
	flags.StringVar(&c.key, "key", "", "`file` with the certificate's key")
	flags.BoolVar(&c.dev, "dev", false, "log HTML that costs more than it needs")
	flags.StringVar(&c.metrics, "metrics", "", "`address` for metrics, at /metrics, and the debug page, at /debug/sideband; one that users do not reach")
	flags.BoolVar(&c.traces, "traces", false, "write traces to the standard error")
	if err := flags.Parse(args); err != nil {
		return c, err
	}
	if flags.NArg() > 0 {
		err = fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	if (c.cert == "") != (c.key == "") {
		err = errors.New("-cert and -key go together")
	}
	flags.Visit(func(f *flag.Flag) {
		// Also for an empty one, which most likely was meant to come from the environment.
		// The text itself stays out of logs, even a short one.
		if f.Name == "secret" && len(c.secret) < minSecret {
			err = fmt.Errorf("-secret has %d bytes: give at least %d", len(c.secret), minSecret)
		}
	})
	if err != nil {
		_, _ = fmt.Fprintln(stderr, err)
		flags.Usage()
	}
	return c, err
}
