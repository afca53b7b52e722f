package journal

import (
	"errors"
	"os"
	"slices"
	"testing"
)

// faulty is a disk on which chosen calls fail. A failed sync may have written anything.
type faulty struct {
	OS
	create, sync, dir int // how many calls still fail
}

type faultyFile struct {
	File
	disk *faulty
	bad  bool // a sync failed on it
}

var errDisk = errors.New("disk")

func (d *faulty) Create(path string) (File, error) {
	if d.create > 0 {
		d.create--
		return nil, errDisk
	}
	f, err := d.OS.Create(path)
	return &faultyFile{File: f, disk: d}, err
}

func (d *faulty) SyncDir(path string) error {
	if d.dir > 0 {
		d.dir--
		return errDisk
	}
	return d.OS.SyncDir(path)
}

func (f *faultyFile) Sync() error {
	if f.bad {
		panic("sync was tried again on a file on which it had failed")
	}
	if f.disk.sync > 0 {
		f.disk.sync--
		f.bad = true
		return errDisk
	}
	return f.File.Sync()
}

func TestFailedSyncIsRepairedInANewSegment(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]func(*faulty){
		"sync":       func(d *faulty) { d.sync = 1 },
		"create":     func(d *faulty) { d.sync = 1; d.create = 1 },
		"sync twice": func(d *faulty) { d.sync = 2 },
		"folder":     func(d *faulty) { d.sync, d.dir = 1, 1 },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir, disk := t.TempDir(), &faulty{}
			j, _, _ := openAll(t, dir, disk)
			mustAppend(t, j, records(1, 10))
			fault(disk)
			want := records(1, 10)
			if err := j.Append(records(11, 20)); err == nil {
				want = append(want, records(11, 20)...)
			} else if name == "sync" {
				t.Fatalf("one failure was not repaired: %v", err)
			}
			if got := readAll(t, j, 0); !slices.EqualFunc(got, want, same) {
				t.Fatalf("after the fault: %d records, want %d", len(got), len(want))
			}
			mustAppend(t, j, records(21, 30))
			want = append(want, records(21, 30)...)
			if got := readAll(t, j, 0); !slices.EqualFunc(got, want, same) {
				t.Fatalf("mended: %d records, want %d", len(got), len(want))
			}
			_ = j.Close()
			if _, got, damage := openAll(t, dir, OS{}); !slices.EqualFunc(got, want, same) || len(damage) > 0 {
				t.Fatalf("restart: %d records, want %d; damage %v", len(got), len(want), damage)
			}
		})
	}
}

func TestFullDiskLeavesNoEmptyFiles(t *testing.T) {
	t.Parallel()
	dir, disk := t.TempDir(), &faulty{}
	j, _, _ := openAll(t, dir, disk)
	mustAppend(t, j, records(1, 1))
	for i := range int64(20) {
		disk.sync = 5
		if err := j.Append(records(i+2, i+2)); err == nil {
			t.Fatal("a failing disk took it")
		}
	}
	if names, _ := os.ReadDir(dir); len(names) != 1 {
		t.Fatalf("%d files", len(names))
	}
}
