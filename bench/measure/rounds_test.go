package measure

import (
	"testing"

	"github.com/sideband-go/sideband/bench/report"
)

// rounds are those of one row of a unit.
func rounds(unit report.Unit, ours ...float64) (all [][]report.Row) {
	for _, v := range ours {
		all = append(all, []report.Row{{Measure: "m", Unit: unit, Ours: report.One(v), Floor: report.One(2), Ratio: v / 2}})
	}
	return all
}

func TestRoundsBecomeOneRow(t *testing.T) {
	cpu := combine(rounds(report.Milliseconds, 4, 100, 6, 5, 4, 4, 5))[0]
	if cpu.Ours != report.One(5) || cpu.Floor != report.One(2) || cpu.Ratio != 2.5 {
		t.Errorf("not the medians: %+v", cpu)
	}
	if cpu.Spread != "1900%" { // of 2.5: up to 50
		t.Errorf("the interval of seven is %s", cpu.Spread)
	}
	if bytes := combine(rounds(report.Bytes, 7, 9, 8))[0]; bytes.Ours != (report.Range{Low: 7, High: 9}) {
		t.Errorf("not the range of bytes: %+v", bytes)
	}
	if none := combine([][]report.Row{{{Measure: "m", Ours: report.One(1)}}})[0]; none.Ratio != 0 || none.Spread != "" {
		t.Errorf("a ratio to nothing: %+v", none)
	}
}

func TestVariantsAreComparedRoundByRound(t *testing.T) {
	row := compare([][][]report.Row{
		rounds(report.Milliseconds, 10, 20, 40),
		rounds(report.Milliseconds, 11, 22, 44),
	})[0]
	if v := row.Variants[1]; v.Ratio < 1.099 || v.Ratio > 1.101 || v.Ours != report.One(22) {
		t.Errorf("the machine slowed down, and with it the ratio: %+v", v)
	}
	if v := row.Variants[0]; v.Ratio != 1 {
		t.Errorf("the first is not itself: %+v", v)
	}
}

func TestTheFloorComesFirstInEveryOtherRound(t *testing.T) {
	for round, want := range []string{"of", "fo", "of"} {
		got := ""
		say := func(s string) func() error { return func() error { got += s; return nil } }
		if err := (Config{round: round}).inTurn(say("o"), say("f")); err != nil || got != want {
			t.Errorf("round %d: %s, %v", round, got, err)
		}
	}
}
