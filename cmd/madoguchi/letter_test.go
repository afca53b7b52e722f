package main

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"testing"
)

// A scan that nobody can read is a case to look at; its picture is seen by who has the case and by nobody else, and is lost to
// everybody when the case is erased.
func TestAScanBecomesACaseWithItsPicture(t *testing.T) {
	t.Parallel()
	drop := t.TempDir()
	p, _, lead := real(t, "--letter-dir="+drop)
	img := image.NewGray(image.Rect(0, 0, 600, 400))
	for i := range img.Pix {
		img.Pix[i] = uint8(i * 7)
	}
	img.Set(0, 0, color.White)
	var scan bytes.Buffer
	if err := png.Encode(&scan, img); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(drop, "さとうはなこ.png"), scan.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	var page struct {
		Cases []struct{ ID, Preview string }
	}
	eventually(t, 6*soon, func() error {
		p.do(lead, "GET", "/queue", nil, &page)
		if len(page.Cases) != 1 {
			return errors.New("the scan is no case yet")
		}
		return nil
	})
	id := page.Cases[0].ID
	common := []string{}
	for _, a := range p.args[1:] {
		if len(a) > 10 && (a[:10] == "--data-dir" || a[:10] == "--redis-ur") {
			common = append(common, a)
		}
	}
	other := must(t, append([]string{"token", "create", "--login=hoka", "--role=psychologist"}, common...)...)
	see := func(token string, n int) (int, []byte) {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), "GET", fmt.Sprintf("%s/api/v1/cases/%s/files/%d", p.Staff, id, n), nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+token)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return resp.StatusCode, body
	}
	status, body := see(lead, 1)
	if _, err := png.DecodeConfig(bytes.NewReader(body)); status != 200 || err != nil {
		t.Errorf("the picture: %d, %v", status, err)
	}
	for what, c := range map[string]struct {
		token string
		n     int
		want  int
	}{"who has not taken the case": {other, 1, 403}, "a second file": {lead, 2, 404}, "nobody": {"x", 1, 401}} {
		if status, body := see(c.token, c.n); status != c.want || bytes.Contains(body, []byte("PNG")) {
			t.Errorf("%s: %d", what, status)
		}
	}
	for path, data := range tree(t, p.dataDir()) {
		if bytes.Contains(data, scan.Bytes()[:200]) || bytes.Contains([]byte(path), []byte("はなこ")) || bytes.Contains(data, []byte("はなこ")) {
			t.Error("the scan, or what it was called, is in the data folder")
		}
	}
}

// tree is every file below a folder, by path.
func tree(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	all := map[string][]byte{}
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		all[path], err = os.ReadFile(path)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// dataDir is the folder that the process was started with.
func (p *process) dataDir() string {
	for _, a := range p.args {
		if dir, ok := bytes.CutPrefix([]byte(a), []byte("--data-dir=")); ok {
			return string(dir)
		}
	}
	p.t.Fatal("the process has no data folder of its own")
	return ""
}
