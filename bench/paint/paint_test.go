package main

import (
	"strings"
	"testing"
)

func TestAllOperationsAreMeasured(t *testing.T) {
	var out, progress strings.Builder
	if err := run(t.Context(), []string{"-rounds", "1"}, &out, &progress); err != nil {
		t.Fatal(err)
	}
	for _, op := range operations {
		if strings.Contains(out.String(), op.name) != (op.times > 0) {
			t.Errorf("%s is measured %d times a round, and shown so:\n%s", op.name, op.times, &out)
		}
	}
}
