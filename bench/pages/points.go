package main

import (
	"fmt"
	"time"

	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

// point is what a page pushes.
type point struct {
	X int `json:"x"`
	Y int `json:"y"`
}

var lastPoint = state.NewKey[string]("last point")

// points is a page that gets fifty points in a second: as events, or in a text.
type points struct{ text bool }

func (points) Mount(s *views.Socket, _ views.NoParams) error {
	lastPoint.Set(s, "")
	return nil
}

// pause is between two points.
const pause = 20 * time.Millisecond

func (points) Push(s *views.Socket, _ views.NoParams) error {
	_, err := views.SendAfter(s, pause, points.one, 50)
	return err
}

func (p points) one(s *views.Socket, left int) error {
	at := point{1000 + left, left * left % 97}
	if p.text {
		lastPoint.Set(s, fmt.Sprintf(`{"x":%d,"y":%d}`, at.X, at.Y))
	} else if err := s.PushEvent("chart:point", at); err != nil {
		return err
	}
	if left == 1 {
		return nil
	}
	_, err := views.SendAfter(s, pause, points.one, left-1)
	return err
}
