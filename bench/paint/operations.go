package main

import "fmt"

// operation is something that a user does to the table.
type operation struct {
	name string
	// click is what is clicked the i-th time.
	click func(i int) click
	// rows is how many there are afterwards, -1 as many as before.
	rows int
	// times is how often it is done in a round; 0 prepares the next one and is not measured.
	times int
	// goal is the most that the ratio to the vanilla page's time to paint may be.
	goal float64
}

// click is an element of the page: the first that the selector finds whose text begins with this one.
type click struct {
	Selector string  `json:"selector"`
	Text     string  `json:"text"`
	Want     int     `json:"want"`
	Wait     float64 `json:"wait"`
}

func button(name string) func(int) click {
	return func(int) click { return click{Selector: ".actions button", Text: name} }
}

// The goals, and how often an operation is done that leaves the table much as it was.
const (
	large, small = 1.6, 1.7
	often        = 4
)

// inRow is a control in the middle of the table, each time of another row.
func inRow(tag string) func(int) click {
	const rows = "#rows > tr:nth-child(%d) %s"
	return func(i int) click { return click{Selector: fmt.Sprintf(rows, 400+i%often, tag)} }
}

// operations are done in this order, on a table that is empty.
var operations = []operation{
	{name: "create 1,000 rows", click: button("Create 1,000 rows"), rows: 1000, times: 1, goal: large},
	{name: "replace 1,000 rows", click: button("Replace all"), rows: 1000, times: 1, goal: large},
	{name: "update every 10th row", click: button("Update every 10th row"), rows: 1000, times: often, goal: small},
	{name: "select a row", click: inRow("a"), rows: 1000, times: often, goal: small},
	{name: "swap two rows", click: button("Swap rows"), rows: 1000, times: often, goal: small},
	{name: "remove a row", click: inRow("button"), rows: -1, times: often, goal: small},
	{name: "clear", click: button("Clear"), rows: 0, times: 1, goal: small},
	{name: "(create)", click: button("Create 1,000 rows"), rows: 1000},
	{name: "append 1,000 rows", click: button("Append 1,000 rows"), rows: 2000, times: 1, goal: large},
	{name: "(clear)", click: button("Clear"), rows: 0},
}
