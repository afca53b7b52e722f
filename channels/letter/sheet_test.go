package letter

import (
	"bytes"
	"encoding/json"
	"image"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"madoguchi/triage/paper"
)

func sincos(a float64) (float64, float64) { return math.Sincos(a) }

func TestNumbers(t *testing.T) {
	dir := t.TempDir()
	s := &Sheets{Dir: dir}
	one, err := s.Make("school-1", "2026-07", 500, whichever)
	if err != nil {
		t.Fatal(err)
	}
	two, err := s.Make("school-2", "2026-10", 500, whichever)
	if err != nil {
		t.Fatal(err)
	}
	all := slices.Concat(one, two)
	slices.Sort(all)
	if len(slices.Compact(all)) != 1000 {
		t.Error("a number was given twice")
	}
	if slices.IsSorted(one) {
		t.Error("the pack is not shuffled")
	}
	other := &Sheets{Dir: dir} // another process
	for i, number := range []string{one[0], two[499]} {
		want := []Sheet{{"school-1", "2026-07"}, {"school-2", "2026-10"}}[i]
		if got, ok := other.Find(number); !ok || got != want {
			t.Errorf("%s tells %v", number, got)
		}
	}
	if _, ok := other.Find(newNumber()); ok {
		t.Error("a number that was never printed tells something")
	}
	later, err := s.Make("school-1", "2027-01", 1, whichever)
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := other.Find(later[0]); !ok {
		t.Error("a later pack is not seen")
	}
	for _, bad := range []struct {
		school, round string
		n             int
	}{{"", "2026-07", 1}, {"s", "2026-08", 1}, {"s", "2026-07", 0}, {"s", "2026-07", MaxPack + 1}} {
		if _, err := s.Make(bad.school, bad.round, bad.n, whichever); err == nil {
			t.Errorf("%v was made", bad)
		}
	}
}

// The list tells nothing of the order in which sheets came out of the printer, and only its owner can read it.
func TestTheListTellsNoOrder(t *testing.T) {
	dir := t.TempDir()
	if _, err := (&Sheets{Dir: dir}).Make("school-1", "2026-07", 50, whichever); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Fatal(entries, err)
	}
	data, err := os.ReadFile(filepath.Join(dir, entries[0].Name()))
	if err != nil {
		t.Fatal(err)
	}
	p, ok := parsePack(data)
	if !ok || !slices.IsSorted(p.Numbers) || len(p.Numbers) != 50 {
		t.Error("the numbers stand in the order of printing")
	}
	if info, err := entries[0].Info(); err != nil || info.Mode().Perm() != 0o600 {
		t.Error("others may read the list")
	}
}

// Of a hundred codes a reader cannot read about two, however large and clean they are: they are not printed.
func TestOnlyNumbersWhoseCodeIsReadArePrinted(t *testing.T) {
	for number, want := range map[string]bool{
		"401892911572": false, "370837279435": false, "944359224571": false, "963601292177": false, "442732155083": false, // drawn by chance
		"281634927022": true, "868464963514": true, "801319647141": true,
	} {
		if !checked(number) || readable(number) != want {
			t.Errorf("the code of %s is read: %v", number, !want)
		}
	}
	if code, err := paper.Modules(QR("281634927022")); err != nil || Reads(code, "868464963514") {
		t.Errorf("a code is read as another's: %v", err)
	}
	refused := 0
	numbers, err := (&Sheets{Dir: t.TempDir()}).Make("school-1", "2026-07", 20, func(number string) bool {
		if number[0] < '5' {
			refused++
			return false
		}
		return true
	})
	if err != nil || len(numbers) != 20 || refused == 0 || slices.ContainsFunc(numbers, func(n string) bool { return n[0] < '5' }) {
		t.Errorf("%v, %d refused, %v", numbers, refused, err)
	}
}

// whichever takes every number.
func whichever(string) bool { return true }

// Every single wrong digit and every two that changed places are found.
func TestCheckDigit(t *testing.T) {
	for range 50 {
		n := newNumber()
		if !checked(n) || fromQR(QR(n)) != n || !slices.Equal(fromText("番号 "+Spaced(n)+" です"), []string{n}) {
			t.Fatalf("%s is not its own", n)
		}
		for i := range n {
			for d := byte('0'); d <= '9'; d++ {
				wrong := []byte(n)
				if wrong[i] = d; d != n[i] && checked(string(wrong)) {
					t.Errorf("%s passes for %s", wrong, n)
				}
			}
			if i > 0 && n[i] != n[i-1] {
				wrong := []byte(n)
				wrong[i], wrong[i-1] = wrong[i-1], wrong[i]
				if checked(string(wrong)) {
					t.Errorf("%s passes for %s", wrong, n)
				}
			}
		}
	}
}

func FuzzNumber(f *testing.F) {
	for _, s := range []string{"L1:123456789012", "1234-5678-9012", "L1:", "", "１２３４-5678-9012", "0000-0000-0000"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if n := fromQR(s); n != "" && (!checked(n) || QR(n) != s) {
			t.Errorf("%q is read as %q", s, n)
		}
		for _, n := range fromText(s) {
			if !checked(n) {
				t.Errorf("%q is read as %q", s, n)
			}
		}
	})
}

func FuzzPack(f *testing.F) {
	f.Add([]byte(`{"version":1,"school":"s","round":"2026-07","numbers":["123456789012"]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, ok := parsePack(data)
		if !ok {
			return
		}
		again, err := json.Marshal(p)
		if q, ok := parsePack(again); err != nil || !ok || !slices.Equal(p.Numbers, q.Numbers) {
			t.Error("a list is another one when it is written again")
		}
	})
}

func FuzzTSV(f *testing.F) {
	f.Add([]byte("5\t1\t1\t1\t1\t1\t0\t0\t9\t9\t96.5\t話\n5\t1\t1\t1\t2\t1\t0\t0\t9\t9\t90\tab\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if text, sure := parseTSV(data); sure < 0 || sure > 100 || (text == "") != (sure == 0) && sure != 0 {
			t.Errorf("%q is sure by %v", text, sure)
		}
	})
}

func FuzzPages(f *testing.F) {
	f.Add([]byte("P5\n2 2\n255\nabcd"))
	f.Add([]byte("II*\x00\x08\x00\x00\x00\x00\x00\x00\x00\x00\x00"))
	f.Add([]byte("MM\x00*\x00\x00\x00\x08\xff\xff"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if m, err := parsePGM(data); err == nil && len(m.Pix) != m.Rect.Dx()*m.Rect.Dy() {
			t.Error("a picture has other points than its size says")
		}
		for _, at := range directories(data) {
			if int(at)+2 > len(data) {
				t.Error("a directory beyond the end")
			}
		}
		if s := sortOf(data); s == "png" || s == "jpeg" {
			_, _ = drawn(scan{data, s})
		}
		_ = tiffs(bytes.Clone(data), func(*image.Gray) error { return nil })
	})
}
