package journal

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

func record(seq int64) Record {
	rng := rand.New(rand.NewPCG(uint64(seq), 7))
	r := Record{Seq: seq, Sealed: make([]byte, rng.IntN(1500))}
	for i := range r.Sealed {
		r.Sealed[i] = byte(rng.Uint32())
	}
	r.Digest[0], r.Digest[15] = byte(seq), byte(seq>>8)
	return r
}

func records(from, to int64) []Record {
	var all []Record
	for s := from; s <= to; s++ {
		all = append(all, record(s))
	}
	return all
}

func same(a, b Record) bool {
	return a.Seq == b.Seq && a.Digest == b.Digest && bytes.Equal(a.Sealed, b.Sealed)
}

// openAll opens a journal and returns what it recovered.
func openAll(t testing.TB, dir string, files Files) (*Journal, []Record, []Damage) {
	t.Helper()
	var got []Record
	j, damage, err := Open(dir, files, func(r Record) {
		r.Sealed = bytes.Clone(r.Sealed)
		got = append(got, r)
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = j.Close() })
	return j, got, damage
}

func readAll(t testing.TB, j *Journal, after int64) []Record {
	t.Helper()
	r := j.After(after)
	defer r.Close()
	var got []Record
	for {
		rec, err := r.Next()
		if errors.Is(err, io.EOF) {
			return got
		}
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, rec)
	}
}

func mustAppend(t testing.TB, j *Journal, rs []Record) {
	t.Helper()
	if err := j.Append(rs); err != nil {
		t.Fatal(err)
	}
}

// file returns the path of the only or first segment.
func file(t testing.TB, dir string) string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*.open"))
	if err != nil || len(names) == 0 {
		t.Fatalf("no segment: %v", err)
	}
	return names[0]
}

func TestReadsBackInOrderAcrossRestarts(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var want []Record
	for round := range int64(3) {
		j, got, damage := openAll(t, dir, OS{})
		if len(damage) != 0 || !slices.EqualFunc(got, want, same) {
			t.Fatalf("round %d: recovered %d of %d, damage %v", round, len(got), len(want), damage)
		}
		for b := range int64(5) {
			rs := records(round*100+b*10+1, round*100+b*10+10) // numbers are missing between the rounds
			mustAppend(t, j, rs)
			want = append(want, rs...)
		}
		if j.Tail() != round*100+50 {
			t.Fatalf("tail %d", j.Tail())
		}
		for _, after := range []int64{0, 1, 33, 50, 99, 120, 250} {
			var expect []Record
			for _, r := range want {
				if r.Seq > after {
					expect = append(expect, r)
				}
			}
			if got := readAll(t, j, after); !slices.EqualFunc(got, expect, same) {
				t.Fatalf("after %d: %d records, want %d", after, len(got), len(expect))
			}
			if n, err := j.Behind(after); err != nil || n != int64(len(expect)) {
				t.Fatalf("behind %d: %d, %v", after, n, err)
			}
		}
		if err := j.Close(); err != nil {
			t.Fatal(err)
		}
		if err := j.Append(records(1e6, 1e6)); !errors.Is(err, ErrClosed) {
			t.Fatalf("append after close: %v", err)
		}
	}
}

func TestReaderFollowsTheWriter(t *testing.T) {
	t.Parallel()
	j, _, _ := openAll(t, t.TempDir(), OS{})
	r := j.After(0)
	defer r.Close()
	for s := int64(1); s <= 20; s++ {
		if _, err := r.Next(); !errors.Is(err, io.EOF) {
			t.Fatalf("before %d: %v", s, err)
		}
		mustAppend(t, j, records(s, s))
		if rec, err := r.Next(); err != nil || !same(rec, record(s)) {
			t.Fatalf("%d: %v %v", s, rec.Seq, err)
		}
	}
}

// Wherever the file ends, every record that is whole is recovered, the rest is cut and reported, and writing goes on.
func TestTornTailIsCut(t *testing.T) {
	t.Parallel()
	src := t.TempDir()
	j, _, _ := openAll(t, src, OS{})
	want := records(1, 12)
	mustAppend(t, j, want)
	whole, err := os.ReadFile(file(t, src))
	if err != nil {
		t.Fatal(err)
	}
	ends := []int{headerSize}
	for _, r := range want {
		ends = append(ends, ends[len(ends)-1]+frameSize+fixedSize+len(r.Sealed))
	}
	rng := rand.New(rand.NewPCG(1, 2))
	for range 400 {
		cut := rng.IntN(len(whole))
		garbage := make([]byte, rng.IntN(40)*rng.IntN(2)) // zeros, as a file system leaves them
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "000000000001.open"), append(whole[:cut:cut], garbage...), 0o600); err != nil {
			t.Fatal(err)
		}
		n := 0
		for n+1 < len(ends) && ends[n+1] <= cut {
			n++
		}
		j, got, damage := openAll(t, dir, OS{})
		if !slices.EqualFunc(got, want[:n], same) {
			t.Fatalf("cut at %d: recovered %d, want %d", cut, len(got), n)
		}
		if torn := cut != ends[n] || len(garbage) > 0; torn != (len(damage) > 0) {
			t.Fatalf("cut at %d: damage %v", cut, damage)
		}
		next := records(j.Tail()+1, j.Tail()+3)
		mustAppend(t, j, next)
		if got := readAll(t, j, 0); !slices.EqualFunc(got, append(want[:n:n], next...), same) {
			t.Fatalf("cut at %d: read %d records", cut, len(got))
		}
		_ = j.Close()
		if _, got, damage := openAll(t, dir, OS{}); len(got) != n+3 || (len(damage) != 0 && cut >= headerSize) {
			t.Fatalf("cut at %d: second start recovered %d, damage %v", cut, len(got), damage)
		}
	}
}

// A flipped bit costs the record that it is in, and is reported.
func TestFlippedBitCostsOneRecord(t *testing.T) {
	t.Parallel()
	src := t.TempDir()
	j, _, _ := openAll(t, src, OS{})
	want := records(1, 12)
	mustAppend(t, j, want)
	whole, err := os.ReadFile(file(t, src))
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(3, 4))
	for range 400 {
		at := rng.IntN(len(whole))
		b := bytes.Clone(whole)
		b[at] ^= 1 << rng.IntN(8)
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "000000000001.open"), b, 0o600); err != nil {
			t.Fatal(err)
		}
		hit, end := -1, headerSize
		for i, r := range want {
			if at >= end {
				hit = i
			}
			end += frameSize + fixedSize + len(r.Sealed)
		}
		expect := want
		if hit >= 0 {
			expect = slices.Delete(slices.Clone(want), hit, hit+1)
		}
		j, got, damage := openAll(t, dir, OS{})
		if !slices.EqualFunc(got, expect, same) || len(damage) != 1 || damage[0].Bytes == 0 || damage[0].String() == "" {
			t.Fatalf("bit at %d: recovered %d, damage %v", at, len(got), damage)
		}
		if got := readAll(t, j, 0); !slices.EqualFunc(got, expect, same) {
			t.Fatalf("bit at %d: read %d", at, len(got))
		}
	}
}

func TestTrimKeepsADayAndTheTail(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	now := time.Now()
	for i := range int64(3) { // three segments, one a process
		j, _, _ := openAll(t, dir, OS{})
		mustAppend(t, j, records(i*10+1, i*10+10))
		_ = j.Close()
	}
	trim := func(mark int64, at time.Time, want int) {
		t.Helper()
		j, _, _ := openAll(t, dir, OS{}) // a new process each time: what Trim knows is on disk
		defer func() { _ = j.Close() }()
		if err := j.Trim(mark, at); err != nil {
			t.Fatal(err)
		}
		if got := readAll(t, j, 0); len(got) != want || j.Tail() != 30 {
			t.Fatalf("mark %d: %d records, want %d; tail %d", mark, len(got), want, j.Tail())
		}
	}
	trim(15, now, 30)
	trim(30, now.Add(23*time.Hour), 30)
	trim(15, now.Add(25*time.Hour), 20) // the first was passed a day ago
	trim(30, now.Add(26*time.Hour), 20) // the second was noted as passed three hours ago only
	trim(30, now.Add(23*time.Hour+Keep), 10)
	trim(30, now.Add(1000*time.Hour), 10) // the newest stays
}

func TestQuietSegmentIsEndedByAge(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	j, _, _ := openAll(t, dir, OS{})
	mustAppend(t, j, records(1, 5))
	now := time.Now()
	for _, at := range []time.Time{now.Add(2 * segmentAge), now.Add(2*segmentAge + Keep)} {
		if err := j.Trim(5, at); err != nil {
			t.Fatal(err)
		}
	}
	if got := readAll(t, j, 0); len(got) != 0 {
		t.Fatalf("%d records stay", len(got))
	}
	_ = j.Close()
	if j, _, _ := openAll(t, dir, OS{}); j.Tail() != 5 {
		t.Fatalf("the tail is lost: %d", j.Tail())
	}
}

func TestLockKeepsASecondProcessOut(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	unlock, err := Lock(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Lock(dir); err == nil {
		t.Fatal("locked twice")
	}
	if err := unlock(); err != nil {
		t.Fatal(err)
	}
	if unlock, err = Lock(dir); err != nil {
		t.Fatal(err)
	}
	_ = unlock()
}

func FuzzOpen(f *testing.F) {
	b := appendHeader(nil, 0)
	for _, r := range records(1, 3) {
		b = appendRecord(b, r)
	}
	f.Add(b)
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "000000000001.open"), b, 0o600); err != nil {
			t.Fatal(err)
		}
		j, got, _ := openAll(t, dir, OS{})
		if read := readAll(t, j, 0); !slices.EqualFunc(read, got, same) {
			t.Fatalf("recovered %d, read %d", len(got), len(read))
		}
	})
}
