package letter

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"errors"
	"io/fs"
	"math/big"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

// A sheet's number is 11 random digits and a check digit. Numbers are not made from each other and a pack is shuffled, so
// that whoever knows in which order sheets were handed out learns nothing from a number.
const numberDigits = 12

// mark stands before the number in the sheet's QR code, which is all that the code holds.
const mark = "L1:"

// QR is what the code of a sheet holds.
func QR(number string) string { return mark + number }

// Spaced is a number as people read it.
func Spaced(number string) string {
	if len(number) != numberDigits {
		return number
	}
	return number[:4] + "-" + number[4:8] + "-" + number[8:]
}

// fromQR returns the number in what a code held, or "".
func fromQR(text string) string {
	if number, ok := strings.CutPrefix(text, mark); ok && checked(number) {
		return number
	}
	return ""
}

// printed finds what may be a number in text that a machine read: digits in groups of four with a stroke between them.
var printed = regexp.MustCompile(`[0-9]{4}[\-‐‑‒–—−ー－ 　]{0,3}[0-9]{4}[\-‐‑‒–—−ー－ 　]{0,3}[0-9]{4}`)

// fromText returns the numbers with a right check digit in a text.
func fromText(text string) []string {
	var found []string
	for _, m := range printed.FindAllString(text, -1) {
		digits := strings.Map(func(r rune) rune {
			if r < '0' || r > '9' {
				return -1
			}
			return r
		}, m)
		if checked(digits) {
			found = append(found, digits)
		}
	}
	return found
}

// checked reports whether s is a number whose check digit is right.
func checked(s string) bool {
	if len(s) != numberDigits || s[0] == '0' || strings.Trim(s, "0123456789") != "" {
		return false
	}
	return damm(s) == 0
}

// table is that of Damm's check digit (2004): it finds every single wrong digit and every two that changed places.
const table = "0317598642" + "7092154863" + "4206871359" + "1750983426" + "6123045978" + "3674209581" + "5869720134" + "8945362017" + "9438617205" + "2581436790"

func damm(digits string) byte {
	var c byte
	for i := range len(digits) {
		c = table[c*10+digits[i]-'0'] - '0'
	}
	return c
}

func newNumber() string {
	n, err := rand.Int(rand.Reader, big.NewInt(9e10))
	if err != nil {
		panic(err) // never: it ends the program instead
	}
	digits := n.Add(n, big.NewInt(1e10)).String()
	return digits + string('0'+damm(digits))
}

// Sheet is what a number tells: to which school sheets of this kind went, and in which round. Never a seat or a child.
type Sheet struct{ School, Round string }

// rounds are the months in which letters go to every pupil.
var rounds = regexp.MustCompile(`^20[0-9]{2}-(01|07|10)$`)

// ValidRound reports whether s names a round, such as 2026-07: July, October or January.
func ValidRound(s string) bool { return rounds.MatchString(s) }

// RoundWord is a round as people say it: 2026年7月.
func RoundWord(round string) string {
	t, err := time.Parse("2006-01", round)
	if err != nil {
		return ""
	}
	return t.Format("2006年1月")
}

// Sheets is the list of printed sheets: a folder with one file for each pack, in which its numbers stand in order of size,
// so that not even the list tells in which order they were printed. It belongs to one goroutine.
type Sheets struct {
	Dir string

	of   map[string]Sheet
	read map[string]bool // names of files
}

// pack is a file of the list.
type pack struct {
	Version int      `json:"version"`
	School  string   `json:"school"`
	Round   string   `json:"round"`
	Numbers []string `json:"numbers"`
}

// MaxPack is how many sheets are printed at once at most.
const MaxPack = 2000

// Make adds a pack of n sheets to the list and returns their numbers, shuffled. They are on the disk before it returns. Only numbers
// are taken that may be printed: of whose codes Reads is true.
func (s *Sheets) Make(school, round string, n int, may func(number string) bool) ([]string, error) {
	if n < 1 || n > MaxPack || school == "" || !ValidRound(round) {
		return nil, errors.New("letter: not a pack of sheets")
	}
	if err := os.MkdirAll(s.Dir, 0o700); err != nil {
		return nil, errors.New("letter: the list of sheets cannot be written")
	}
	s.look()
	numbers := make([]string, 0, n) // random, and so shuffled already
	for len(numbers) < n {
		number := newNumber()
		if _, taken := s.of[number]; !taken && !slices.Contains(numbers, number) && may(number) {
			numbers = append(numbers, number)
		}
	}
	data, err := json.Marshal(pack{1, school, round, slices.Sorted(slices.Values(numbers))})
	if err == nil {
		err = write(filepath.Join(s.Dir, strings.ToLower(rand.Text())+".json"), data)
	}
	if err != nil {
		return nil, errors.New("letter: the list of sheets cannot be written")
	}
	return numbers, nil
}

func write(path string, data []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".new-*") // 0600
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

// Find returns what a number tells.
func (s *Sheets) Find(number string) (Sheet, bool) {
	if _, known := s.of[number]; !known {
		s.look()
	}
	sheet, ok := s.of[number]
	return sheet, ok
}

// look reads the files that are new.
func (s *Sheets) look() {
	if s.of == nil {
		s.of, s.read = map[string]Sheet{}, map[string]bool{}
	}
	entries, err := os.ReadDir(s.Dir)
	if err != nil {
		return // no list yet
	}
	for _, e := range entries {
		if s.read[e.Name()] || filepath.Ext(e.Name()) != ".json" || e.Type() != fs.FileMode(0) {
			continue
		}
		data, err := os.ReadFile(filepath.Join(s.Dir, e.Name()))
		if err != nil {
			continue
		}
		s.read[e.Name()] = true
		p, ok := parsePack(data)
		if !ok {
			continue
		}
		for _, number := range p.Numbers {
			s.of[number] = Sheet{p.School, p.Round}
		}
	}
}

// parsePack reads a file of the list; numbers whose check digit is wrong are left out.
func parsePack(data []byte) (pack, bool) {
	var p pack
	d := json.NewDecoder(bytes.NewReader(data))
	if d.Decode(&p) != nil || p.Version != 1 || p.School == "" || !ValidRound(p.Round) {
		return pack{}, false
	}
	p.Numbers = slices.DeleteFunc(p.Numbers, func(n string) bool { return !checked(n) })
	return p, true
}
