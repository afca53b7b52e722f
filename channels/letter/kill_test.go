package letter

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image"
	"io"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"madoguchi/channels"
	"madoguchi/channels/channelstest"
)

// durable is an Intake and Files that write into a folder and sync, as the house does.
type durable struct{ dir string }

func (d durable) Keep(_ context.Context, r io.Reader, sort string) (channels.File, error) {
	data, err := io.ReadAll(r)
	if err != nil {
		return channels.File{}, channels.ErrUnavailable
	}
	id := called(data)
	if err := write(filepath.Join(d.dir, id+".file"), data); err != nil {
		return channels.File{}, channels.ErrUnavailable
	}
	return channels.File{ID: id, Sort: sort}, nil
}

func (d durable) Take(_ context.Context, messages ...channels.Message) (channels.State, error) {
	for _, m := range messages {
		data, err := json.Marshal(m)
		if err == nil {
			err = write(filepath.Join(d.dir, strings.ReplaceAll(m.ID, "#", "-")+".message"), data)
		}
		if err != nil {
			return "", channels.ErrUnavailable
		}
	}
	return channels.Stored, nil
}

// victim runs the door until it is killed.
func victim(dir string) {
	values := map[string]string{"LETTER_DIR": filepath.Join(dir, "drop"), "LETTER_SHEETS": filepath.Join(dir, "sheets")}
	house := durable{filepath.Join(dir, "house")}
	d, err := quick.New(channels.Env{Intake: house, Files: house, Desk: channelstest.NewDesk(), Now: time.Now, Log: slog.New(slog.DiscardHandler),
		Setting: func(name string) string { return values[name] }})
	if err != nil {
		panic(err)
	}
	d.(*door).settle = 0
	fmt.Println("open")
	_ = d.Run(context.Background())
}

// killedOften: a scan in accepted/ is one that the house has, whenever the door dies.
func killedOften(t *testing.T) {
	dir := t.TempDir()
	for _, folder := range []string{"drop", "house"} {
		if err := os.Mkdir(filepath.Join(dir, folder), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	drops, n := filepath.Join(dir, "drop"), 0
	for kill := range 100 {
		for len(in(t, dir, "drop")) < 12 {
			m := image.NewGray(image.Rect(0, 0, 100, 100))
			for i := range m.Pix {
				m.Pix[i] = 255
			}
			m.Pix[0], m.Pix[1] = byte(n), byte(n>>8) // no two scans are the same
			n++
			drop(t, drops, fmt.Sprintf("%d.png", n), encoded(t, m, "png"))
		}
		cmd := exec.Command(os.Args[0], "-test.run=^$")
		cmd.Env = append(os.Environ(), "LETTER_TEST_DOOR="+dir)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		if _, err := bufio.NewReader(out).ReadString('\n'); err != nil {
			t.Fatal("the door did not open")
		}
		time.Sleep(time.Duration(rand.IntN(60)) * time.Millisecond) // a death at any step
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		for _, name := range in(t, drops, acceptedFolder) {
			scanned, err := os.ReadFile(filepath.Join(drops, acceptedFolder, name))
			if err != nil {
				t.Fatal(err)
			}
			message, err := os.ReadFile(filepath.Join(dir, "house", called(scanned)+"-0.message"))
			if err != nil {
				t.Fatalf("kill %d: a scan is in accepted/ and the house knows nothing of it", kill)
			}
			var m channels.Message
			if json.Unmarshal(message, &m) != nil || len(m.Files) != 1 {
				t.Fatalf("kill %d: the letter cannot be read", kill)
			}
			if kept, err := os.ReadFile(filepath.Join(dir, "house", m.Files[0].ID+".file")); err != nil || !bytes.Equal(kept, scanned) {
				t.Fatalf("kill %d: the letter's picture is not kept", kill)
			}
		}
	}
	if len(in(t, drops, acceptedFolder)) == 0 {
		t.Error("no letter was taken in at all")
	}
	if left, all := len(in(t, drops, "."))-1, n; left+len(in(t, drops, acceptedFolder)) != all {
		t.Errorf("%d of %d scans are left", left, all)
	}
}
