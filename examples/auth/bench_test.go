package auth_test

import (
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/sideband-go/sideband/examples/auth"
)

// used is the processor time that the process has used.
func used(b *testing.B) time.Duration {
	b.Helper()
	var u unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &u); err != nil {
		b.Skip(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkLogIn is a log-in by a form: from the button until the account's page is there. It reports its processor time, with
// that of the browser's model, and how large that of a hash is beside it.
func BenchmarkLogIn(b *testing.B) {
	defer auth.RealCosts()()
	limits := plenty
	limits.NetworkLogIns, limits.AccountLogIns = 1_000_000, 1_000_000
	s := serve(b, limits)
	check(b, s.accounts.SetPassword(b.Context(), ann, secret)) // with the costs of now
	var all, hashing time.Duration
	for b.Loop() {
		page := s.Person().WithoutScripts().Open("/account/log-in")
		page.Field("Email").Fill(ann)
		page.Field("Password").Fill(secret)
		began := used(b)
		page.Button("Log in").Click()
		all += used(b) - began
		page.Expect("#who", "Signed in as "+ann)
		began = used(b)
		auth.Hash(secret)
		hashing += used(b) - began
	}
	b.ReportMetric(float64(all.Nanoseconds())/float64(b.N), "cpu-ns/log-in")
	b.ReportMetric(hashing.Seconds()/all.Seconds(), "hash/log-in")
}
