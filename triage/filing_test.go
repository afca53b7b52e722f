package triage

import (
	"testing"
	"time"
)

func TestAReportNamesAGrade(t *testing.T) {
	for box, want := range map[string]int{"4年 [人物A]": 4, "小学６年生": 6, "三年の[人物A]": 3, "[組1] [人物A]": 0, "": 0, "2026年": 0, "0年": 0} {
		var c Case
		c.file(Report{ID: "r", Form: "incident", Fields: map[string]string{"harmed": box}}, time.Time{})
		if got := c.Reports[0].Grade; got != want {
			t.Errorf("%q names %d, not %d", box, got, want)
		}
	}
}
