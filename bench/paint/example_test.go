package main

import "os"

func Example_write() {
	of := func(painted, done, long, style, all float64) took {
		return took{Painted: painted, Done: done, Long: long, style: style, all: all}
	}
	_ = write(os.Stdout, []result{
		{operation{name: "create", goal: large}, []took{of(150, 80, 60, 40, 100), of(170, 90, 0, 50, 120)}, []took{of(100, 10, 0, 40, 60)}},
		{operation{name: "select", goal: small}, []took{of(50, 20, 0, 5, 10), of(40, 18, 0, 4, 9), of(60, 30, 0, 6, 12)}, []took{of(25, 1, 0, 1, 2)}},
	})
	// Output:
	// operation  ratio   goal     met   painted        DOM done     CPU           scripts      style, layout  long tasks
	// create     1.60 ×  ≤ 1.6 ×  ok    160.0 / 100.0  85.0 / 10.0  110.0 / 60.0  65.0 / 20.0  45.0 / 40.0    30.0 / 0.0
	// select     2.00 ×  ≤ 1.7 ×  miss  50.0 / 25.0    20.0 / 1.0   10.0 / 2.0    5.0 / 1.0    5.0 / 1.0      0.0 / 0.0
	//
	// Medians in milliseconds, ours / without a server: from the click to the second frame after the change, and to the change itself;
	// CPU of the page's main thread until then, and what of it style and layout took; the rest is mostly scripts.
	// Long tasks: time in tasks of more than 50 ms.
}
