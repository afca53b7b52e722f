package channelstest

import (
	"bytes"
	"context"
	"io"
	"strconv"
	"sync"

	"madoguchi/channels"
)

// Files is a channels.Files in memory that tells what it was given.
type Files struct {
	mu   sync.Mutex
	kept map[string][]byte
	fail error
}

var _ channels.Files = (*Files)(nil)

// Keep implements channels.Files.
func (f *Files) Keep(_ context.Context, r io.Reader, sort string) (channels.File, error) {
	var b bytes.Buffer
	if n, err := io.Copy(&b, io.LimitReader(r, channels.MaxFile+1)); err != nil {
		return channels.File{}, channels.ErrUnavailable
	} else if n > channels.MaxFile {
		return channels.File{}, channels.ErrTooLarge
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.fail != nil {
		return channels.File{}, f.fail
	}
	if f.kept == nil {
		f.kept = map[string][]byte{}
	}
	id := "file-" + strconv.Itoa(len(f.kept)+1)
	f.kept[id] = b.Bytes()
	return channels.File{ID: id, Sort: sort}, nil
}

// Fail makes Keep fail with err, or work again where err is nil.
func (f *Files) Fail(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.fail = err
}

// Content returns what was kept under the id, or nil.
func (f *Files) Content(id string) []byte {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.kept[id]
}
