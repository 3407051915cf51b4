package redislimit_test

import (
	"context"
	"fmt"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"

	redislimit "github.com/sideband-go/sideband/ratelimit/redis"
)

// A limit that processes share asks its buckets; a program gives them to the limit:
//
//	var Exports = ratelimit.New(2, time.Minute, ratelimit.ByIdentity).Share(buckets)
func Example() {
	server, err := miniredis.Run() // in a program: Redis itself
	if err != nil {
		panic(err)
	}
	defer server.Close()
	client := redis.NewClient(&redis.Options{Addr: server.Addr(), ContextTimeoutEnabled: true})
	defer client.Close()
	buckets := &redislimit.Buckets{Client: client, Name: "exports", Timeout: 20 * time.Second}
	for range 3 {
		wait, err := buckets.Take(context.Background(), "ann", 2, time.Minute)
		fmt.Println(wait > 0, err)
	}
	// Output:
	// false <nil>
	// false <nil>
	// true <nil>
}
