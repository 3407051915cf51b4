// Package faketest runs what stands in a test without one: tests that are expected to fail, and
// examples.
package faketest

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
)

// fake is a test that notes what it is told.
type fake struct {
	testing.TB
	mu       sync.Mutex
	said     []string
	cleanups []func()
	ctx      context.Context
}

// Run runs a test and returns what it says.
func Run(f func(t testing.TB)) string {
	ctx, cancel := context.WithCancel(context.Background())
	t := &fake{ctx: ctx}
	over := make(chan struct{})
	go func() {
		defer close(over)
		defer func() {
			cancel()
			for _, c := range slices.Backward(t.cleanups) {
				c()
			}
		}()
		f(t)
	}()
	<-over
	return strings.Join(t.said, "\n")
}

// Helper is part of testing.TB, as is what follows.
func (t *fake) Helper()                  {}
func (t *fake) Context() context.Context { return t.ctx }
func (t *fake) Cleanup(f func())         { t.cleanups = append(t.cleanups, f) }

func (t *fake) Log(args ...any)                   { t.say(fmt.Sprint(args...)) }
func (t *fake) Error(args ...any)                 { t.say(fmt.Sprint(args...)) }
func (t *fake) Errorf(format string, args ...any) { t.say(fmt.Sprintf(format, args...)) }

func (t *fake) Fatal(args ...any) {
	t.say(fmt.Sprint(args...))
	runtime.Goexit()
}

func (t *fake) Fatalf(format string, args ...any) {
	t.say(fmt.Sprintf(format, args...))
	runtime.Goexit()
}

func (t *fake) say(text string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.said = append(t.said, text)
}
