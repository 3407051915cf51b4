package sse

import "time"

// longAgo is a write deadline that has passed.
var longAgo = time.Unix(1, 0)

// Finish sends a last message without an id, after those that wait, and ends the stream
// when it is written. It has room even if the queue is full. Empty data only ends the
// stream. The connection stays usable for other requests. Later calls, and calls when
// the stream is over, do nothing. The stream keeps data as Send does.
func (st *Stream) Finish(data []byte) {
	st.mu.Lock()
	defer st.mu.Unlock()
	if !st.finishing && !st.discarded {
		st.last(data)
	}
}

// Discard drops what waits for the client, unwritten, with the last message of a Finish
// before. A message whose write has begun is completed. From then on the stream takes
// nothing more but the message of FinishNow.
func (st *Stream) Discard() {
	st.mu.Lock()
	defer st.mu.Unlock()
	st.discard()
}

func (st *Stream) discard() {
	st.discarded = true
	for m := st.head; m != nil; m = m.next {
		m.dropped = true // it stays in the list, which goes in step with r3labs
	}
}

// FinishNow is [Stream.Finish] after [Stream.Discard]: the client does not get what waits
// for it. Later calls, and calls when the stream is over, do nothing.
func (st *Stream) FinishNow(data []byte) {
	st.mu.Lock()
	defer st.mu.Unlock()
	if st.cut {
		return
	}
	st.cut = true
	st.discard()
	st.last(data)
}

// last ends the stream with a message. The caller holds mu.
func (st *Stream) last(data []byte) {
	if st.over || st.ctx.Err() != nil {
		return
	}
	st.finishing = true
	if len(data) > 0 && !st.publish(newMessage("", "", data)) {
		st.cancel()
	}
	if st.head == nil {
		st.cancel()
	}
}

// Close drops the client now. What waits is lost. It may be called any number of times,
// and after the stream is over.
func (st *Stream) Close() {
	st.mu.Lock()
	defer st.mu.Unlock()
	st.drop()
}

// drop ends a write that hangs as well. The caller holds mu: once over is set no deadline
// is armed, so this one stays.
func (st *Stream) drop() {
	if !st.over {
		st.over = true
		_ = st.control.SetWriteDeadline(longAgo) // it worked when the stream was opened
	}
	st.cancel()
}

// Done is closed when the stream is over or about to be: the client is gone or dropped,
// or the last message is written. Nothing can be sent then.
func (st *Stream) Done() <-chan struct{} { return st.ctx.Done() }

// Ended reports whether the stream is over or about to be.
func (st *Stream) Ended() bool { return st.ctx.Err() != nil }

// fail drops the client because of err, unless it has been dropped before.
func (st *Stream) fail(err error) {
	st.mu.Lock()
	defer st.mu.Unlock()
	if !st.over {
		st.err = err
	}
	st.drop()
}

func (st *Stream) failure() error {
	st.mu.Lock()
	defer st.mu.Unlock()
	return st.err
}

func (st *Stream) finishes() bool {
	st.mu.Lock()
	defer st.mu.Unlock()
	return st.finishing
}

// leave ends the stream from Serve's side. Afterwards the response and its connection are
// net/http's again, and Close must not touch them.
func (st *Stream) leave() {
	_ = st.arm() // for what net/http writes to end the response
	st.mu.Lock()
	defer st.mu.Unlock()
	st.over = true
	st.cancel()
}
