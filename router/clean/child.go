package clean

import (
	"bytes"
	"context"
	"io"
	"os"
	"os/exec"
	"regexp"
	"runtime/debug"
	"strconv"
	"syscall"

	"madoguchi/channels"
)

// Limits of a child and of what it starts.
const (
	cpuSeconds = 10
	memory     = 512 << 20 // of data; the decoder itself gets less
	handles    = 64
)

// Child reads a file from in and writes its page of that number to out. It is what the program does when it is started as
// Command, and nothing else: it limits itself before it looks at what the file holds.
func Child(ctx context.Context, in io.Reader, out io.Writer, page int) error {
	data, err := io.ReadAll(io.LimitReader(in, channels.MaxFile+1))
	if err != nil || len(data) == 0 || len(data) > channels.MaxFile {
		return ErrUnreadable
	}
	demuxer := sound(data)
	var recording *os.File
	if demuxer != "" { // before the limit, by which nothing is written any more
		if recording, err = inMemory(data); err != nil {
			return err
		}
	}
	if err := limit(); err != nil {
		return ErrUnreadable
	}
	if demuxer != "" && page == 1 {
		p, err := heard(ctx, recording, demuxer)
		if err != nil {
			return err
		}
		return writePage(out, 1, p)
	}
	if document(data) {
		pages, p, err := pdf(ctx, data, page)
		if err != nil {
			return err
		}
		return writePage(out, pages, p)
	}
	if page != 1 {
		return ErrUnreadable
	}
	p, err := picture(data)
	if err != nil {
		return err
	}
	return writePage(out, 1, p)
}

func limit() error {
	debug.SetMemoryLimit(memory / 2)
	for what, most := range map[int]uint64{syscall.RLIMIT_CPU: cpuSeconds, syscall.RLIMIT_DATA: memory, syscall.RLIMIT_FSIZE: 0,
		syscall.RLIMIT_NOFILE: handles, syscall.RLIMIT_CORE: 0} {
		if err := syscall.Setrlimit(what, &syscall.Rlimit{Cur: most, Max: most}); err != nil {
			return err
		}
	}
	return nil
}

var pageCount = regexp.MustCompile(`(?m)^Pages:\s+(\d{1,9})$`)

// pdf draws one page of a document. Poppler runs no script, follows no link and opens no embedded file when it draws; it gets
// the document on its input and has no file of its own.
func pdf(ctx context.Context, data []byte, page int) (pages int, p Page, err error) {
	info, err := tool(ctx, data, "pdfinfo", "-")
	if err != nil {
		return 0, Page{}, ErrUnreadable
	}
	found := pageCount.FindSubmatch(info)
	if found == nil {
		return 0, Page{}, ErrUnreadable
	}
	n, err := strconv.Atoi(string(found[1]))
	if err != nil || page < 1 || page > min(n, MaxPages) {
		return 0, Page{}, ErrUnreadable
	}
	number := strconv.Itoa(page)
	drawn, err := tool(ctx, data, "pdftoppm", "-f", number, "-l", number, "-scale-to", strconv.Itoa(MaxSide*2/3), "-png", "-singlefile", "-")
	if err != nil {
		return 0, Page{}, ErrUnreadable
	}
	p, err = picture(drawn)
	return min(n, MaxPages), p, err
}

func tool(ctx context.Context, in []byte, name string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Stdin = bytes.NewReader(in)
	cmd.Env = []string{"PATH=/usr/bin:/bin", "LC_ALL=C"}
	return cmd.Output()
}

// Missing names the tools that are not here, with what they are for.
func Missing() map[string]string {
	missing := map[string]string{}
	for name, use := range map[string]string{"pdfinfo": "PDF", "pdftoppm": "PDF", "ffmpeg": "voice"} {
		if _, err := exec.LookPath(name); err != nil {
			missing[name] = use
		}
	}
	return missing
}
