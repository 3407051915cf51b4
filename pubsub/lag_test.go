package pubsub_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/sideband-go/sideband/pubsub"
)

// remounted returns the view of the same page after a restart.
func remounted(t *testing.T, v *view, topic pubsub.Topic[string]) *view {
	v.end()
	again := subscribed(t, topic)
	again.SetID(v.ID())
	return again
}

// Case 71: a topic that is flooded restarts a subscriber after growing pauses, once each
// time; others are not concerned, and after a calm minute it is restarted at once again.
func TestAFloodedSubscriberIsRestartedAfterGrowingPauses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		bus := &pubsub.Bus{}
		topic := pubsub.NewTopic[string](bus, "posts")
		v, other := subscribed(t, topic), subscribed(t, topic)
		v.SetFull(true)
		restarts := 0
		for range 1500 { // 15 s
			publish(t, topic, "flood")
			synctest.Wait()
			if v.Restarts() > 0 {
				restarts += v.Restarts()
				v = remounted(t, v, topic)
				v.SetFull(true)
			}
			time.Sleep(10 * time.Millisecond)
		}
		if restarts < 3 || restarts > 6 {
			t.Errorf("%d restarts", restarts)
		}
		if len(other.work()) != 1500 || other.Restarts() > 0 {
			t.Error("another subscriber has lost messages")
		}
		// Meanwhile it gets no messages, even with room in its mailbox.
		if st := bus.Stats(); st.Lagging != 1 {
			t.Errorf("%+v", st)
		}
		v.SetFull(false)
		publish(t, topic, "more")
		v.expect()
		time.Sleep(time.Minute)
		synctest.Wait()
		if st := bus.Stats(); st.Lagging != 0 || v.Restarts() != 1 {
			t.Errorf("%+v, %d restarts", st, v.Restarts())
		}
		// It lags again before it has been calm for long.
		v = remounted(t, v, topic)
		v.SetFull(true)
		publish(t, topic, "more")
		synctest.Wait()
		if v.Restarts() != 0 {
			t.Error("restarted at once")
		}
		time.Sleep(40 * time.Second)
		v = remounted(t, v, topic)
		time.Sleep(2 * time.Minute)
		v.SetFull(true)
		publish(t, topic, "more")
		synctest.Wait()
		if v.Restarts() != 1 {
			t.Errorf("%d restarts after a calm time", v.Restarts())
		}
	})
}

// If a view is remounted for another reason during its pause, the new mount is restarted.
func TestAfterAPauseTheNewestMountIsRestarted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		bus := &pubsub.Bus{}
		topic := pubsub.NewTopic[string](bus, "posts")
		v := subscribed(t, topic)
		for range 2 {
			v = remounted(t, v, topic)
			v.SetFull(true)
			publish(t, topic, "flood")
			synctest.Wait()
		}
		if v.Restarts() != 0 || bus.Stats().Lagging != 1 {
			t.Fatalf("%d restarts, %+v", v.Restarts(), bus.Stats())
		}
		v = remounted(t, v, topic) // it was evicted
		v.SetFull(true)
		publish(t, topic, "flood")
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if v.Restarts() != 1 || bus.Stats().Lagging != 0 {
			t.Errorf("%d restarts, %+v", v.Restarts(), bus.Stats())
		}
	})
}

// A closed bus restarts no views.
func TestAClosedBusRestartsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		bus := &pubsub.Bus{}
		topic := pubsub.NewTopic[string](bus, "posts")
		v := subscribed(t, topic)
		for range 2 {
			v = remounted(t, v, topic)
			v.SetFull(true)
			publish(t, topic, "flood")
		}
		bus.Close()
		time.Sleep(time.Minute)
		if v.Restarts() != 0 {
			t.Errorf("%d restarts", v.Restarts())
		}
	})
}
