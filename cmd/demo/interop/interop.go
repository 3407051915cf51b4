// Package interop is a page with what browsers do by themselves: a dialog, a menu, tabs and tooltips without a request, what
// is busy, and elements of its own that a script brings to life.
package interop

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

// Point is a point of the chart. Y is the sales of the second X.
type Point struct {
	X int `json:"x"`
	Y int `json:"y"`
}

// Drop says that a task was dragged to another place.
type Drop struct {
	ID string `json:"id"`
	To int    `json:"to"`
}

// Task is one of the list that is sorted.
type Task struct {
	ID, Text string
	Pinned   bool // stays the first one
}

// Item is one of the shopping list.
type Item struct {
	ID    int
	Text  string
	Stuck bool // can't be deleted
}

// What the page knows.
var (
	Points   = state.NewKey[[]Point]("points").WithEqual(slices.Equal)
	Selected = state.NewKey[Point]("selected")
	Now      = state.NewKey[time.Time]("now")
	Tasks    = state.NewKey[[]Task]("tasks").WithEqual(slices.Equal)
	Items    = state.NewKey[[]Item]("items").WithEqual(slices.Equal)
	Saved    = state.NewKey[int]("saved")
)

// Page is the page. Saving and deleting take Slow, so that there is something to see meanwhile.
type Page struct{ Slow time.Duration }

// maxPoints is how many points the chart shows.
const maxPoints = 60

// Mount begins with some points, and both lists.
func (Page) Mount(s *views.Socket, _ views.NoParams) error {
	s.SetTitle("Browser")
	var points []Point
	for x := range maxPoints / 2 {
		points = append(points, next(points, x))
	}
	tasks := []Task{{"task-rent", "Pay the rent", true}, {"task-bike", "Repair the bike", false}, {"task-book", "Return the book", false}, {"task-call", "Call Ann", false}}
	items := []Item{{1, "Milk", false}, {2, "Bread", false}, {3, "Chewing gum", true}, {4, "Apples", false}}
	state.Assign(s, Points.To(points), Selected.To(Point{}), Now.To(time.Now()), Tasks.To(tasks), Items.To(items), Saved.To(0))
	return nil
}

// Connect sends the chart what it begins with, and starts the ticking.
func (Page) Connect(s *views.Socket) error {
	if err := s.PushEvent("chart:history", Points.Get(s)); err != nil {
		return err
	}
	_, err := views.SendEvery(s, time.Second, Page.tick, views.NoParams{})
	return err
}

// tick moves the clock on, and pushes one more point: no patch draws the chart.
func (Page) tick(s *views.Socket, _ views.NoParams) error {
	Now.Set(s, time.Now())
	points := Points.Get(s)
	p := next(points, points[len(points)-1].X+1)
	points = append(slices.Clone(points), p)
	Points.Set(s, points[max(0, len(points)-maxPoints):])
	return s.PushEvent("chart:point", p)
}

// next makes up the sales of a second.
func next(points []Point, x int) Point {
	y := 50
	if len(points) > 0 {
		y = points[len(points)-1].Y
	}
	return Point{x, min(max(y+(x*x*7+x*13)%21-10, 5), 95)}
}

// Select is sent by the chart with the point that was clicked. What it replies is shown in the chart, what it sets in the
// page.
func (Page) Select(s *views.Socket, p Point) error {
	if !slices.Contains(Points.Get(s), p) {
		return views.Error(http.StatusNotFound, "There is no such point any more.")
	}
	Selected.Set(s, p)
	return s.Reply(map[string]string{"text": fmt.Sprintf("In second %d %d were sold.", p.X, p.Y)})
}

// Drop is sent by the list when a task was dragged. It replies with the order that holds from now on, also if it refuses
// the drop: what the browser shows then is nothing that a patch knows of.
func (Page) Drop(s *views.Socket, d Drop) error {
	tasks := slices.Clone(Tasks.Get(s))
	from := slices.IndexFunc(tasks, func(t Task) bool { return t.ID == d.ID })
	if from < 0 || d.To < 0 || d.To >= len(tasks) {
		return refuse(s, tasks, "There is no such place.")
	}
	t := tasks[from]
	tasks = slices.Insert(slices.Delete(tasks, from, from+1), d.To, t)
	if !tasks[0].Pinned {
		return refuse(s, Tasks.Get(s), "The rent comes first.")
	}
	Tasks.Set(s, tasks)
	return s.Reply(orderOf(tasks))
}

// Up moves a task up, for those who don't drag.
func (p Page) Up(s *views.Socket, id string) error {
	at := slices.IndexFunc(Tasks.Get(s), func(t Task) bool { return t.ID == id })
	return p.Drop(s, Drop{id, at - 1})
}

func refuse(s *views.Socket, tasks []Task, why string) error {
	if err := s.Reply(orderOf(tasks)); err != nil {
		return err
	}
	return views.Error(http.StatusConflict, why)
}

func orderOf(tasks []Task) map[string][]string {
	var ids []string
	for _, t := range tasks {
		ids = append(ids, t.ID)
	}
	return map[string][]string{"order": ids}
}

// Delete takes an item off the list, which the browser has hidden already. One of them sticks.
func (p Page) Delete(s *views.Socket, id int) error {
	p.wait(s)
	items := slices.Clone(Items.Get(s))
	at := slices.IndexFunc(items, func(i Item) bool { return i.ID == id })
	switch {
	case at < 0:
		return nil
	case items[at].Stuck:
		return views.Error(http.StatusConflict, items[at].Text+" sticks to the list.")
	}
	Items.Set(s, slices.Delete(items, at, at+1))
	return nil
}

// Save takes its time.
func (p Page) Save(s *views.Socket, _ views.NoParams) error {
	p.wait(s)
	Saved.Update(s, func(n int) int { return n + 1 })
	return nil
}

// wait is what a slow database would be.
func (p Page) wait(s *views.Socket) {
	select {
	case <-time.After(p.Slow):
	case <-s.Done():
	}
}

// plural says how often.
func plural(n int) string {
	switch n {
	case 0:
		return "not yet"
	case 1:
		return "once"
	}
	return strings.Replace("# times", "#", fmt.Sprint(n), 1)
}
