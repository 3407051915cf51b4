package pubsub_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/sideband-go/sideband/livetest"
	"github.com/sideband-go/sideband/pubsub"
	"github.com/sideband-go/sideband/views"
)

// example is what a test is given.
type example struct {
	testing.TB
	ctx      context.Context
	cleanups []func()
}

func run(f func(t testing.TB)) {
	ctx, cancel := context.WithCancel(context.Background())
	e := &example{ctx: ctx}
	f(e)
	cancel()
	for _, c := range slices.Backward(e.cleanups) {
		c()
	}
}

func (e *example) Helper()                           {}
func (e *example) Context() context.Context          { return e.ctx }
func (e *example) Cleanup(f func())                  { e.cleanups = append(e.cleanups, f) }
func (e *example) Log(...any)                        {}
func (e *example) Error(args ...any)                 { fmt.Println(args...) }
func (e *example) Errorf(format string, args ...any) { fmt.Printf(format+"\n", args...) }
func (e *example) Fatal(args ...any)                 { panic(fmt.Sprint(args...)) }
func (e *example) Fatalf(format string, args ...any) { panic(fmt.Sprintf(format, args...)) }

// What is published, by a page or by a job, reaches all who are in the room. The page
// Chat is in chat_test.go.
func Example() {
	run(func(t testing.TB) {
		var bus pubsub.Bus
		page, kit, routes := chat(&bus)
		t.Cleanup(func() { _ = kit.Shutdown(context.Background()) })
		site := livetest.Serve(t, routes)
		ann, bob := site.Open("/go?name=ann"), site.Open("/go?name=bob")

		if err := views.Send(ann.View(), Chat.Say, "hello"); err != nil { // or a form that is bound to Chat.Say
			t.Fatal(err)
		}
		bob.Wait("#posts", "hello")
		if err := page.Posts.Of("go").Publish(t.Context(), "from a job"); err != nil {
			t.Fatal(err)
		}
		ann.Wait("#posts", "hello from a job")
		fmt.Println(ann.Find("#posts").Text())
	})
	// Output: hello from a job
}

// A page shows who is there, and anything else may ask.
func ExamplePresence() {
	run(func(t testing.TB) {
		var bus pubsub.Bus
		page, kit, routes := chat(&bus)
		t.Cleanup(func() { _ = kit.Shutdown(context.Background()) })
		site := livetest.Serve(t, routes)
		ann := site.Open("/go?name=ann")
		ann.Wait("#here", "ann")
		site.Open("/go?name=bob")
		ann.Wait("#here", "ann bob")
		fmt.Println(ann.Find("#here").Text())
		fmt.Println(page.People.Of("go").List())
	})
	// Output:
	// ann bob
	// [ann bob]
}
