package main

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// photo is a picture as a telephone makes it, with a canary for the place where it was taken.
func photo(t *testing.T, side int) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, side, side))
	for y := range side {
		for x := range side {
			img.Set(x, y, color.RGBA{uint8(x), uint8(y), uint8(x * y >> 3), 255})
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 95}); err != nil {
		t.Fatal(err)
	}
	app := []byte("Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x00CANARY-35.6586-139.7454")
	head := binary.BigEndian.AppendUint16([]byte{0xff, 0xd8, 0xff, 0xe1}, uint16(len(app)+2))
	return append(append(head, app...), b.Bytes()[2:]...)
}

// part is what requests about pictures are answered with.
type part struct {
	ID     string
	Offset int
	Done   bool
}

// upload sends what is still to be sent of a picture, up to a byte.
func (p *process) upload(resume, id string, data []byte, upTo int) (part, error) {
	p.t.Helper()
	t := p.t.(*testing.T)
	headers := []string{"Authorization", "Resume " + resume}
	var f part
	if id == "" {
		status, _, body := ask(t, "POST", p.Public+"/chat/files", fmt.Sprintf(`{"size":%d}`, len(data)), headers...)
		if status != 201 || json.Unmarshal([]byte(body), &f) != nil {
			return f, fmt.Errorf("begin: %d %s", status, body)
		}
		id = f.ID
	}
	status, _, body := ask(t, "GET", p.Public+"/chat/files/"+id, "", headers...)
	if status != 200 || json.Unmarshal([]byte(body), &f) != nil {
		return f, fmt.Errorf("ask: %d %s", status, body)
	}
	if f.Done || f.Offset > upTo {
		return f, nil
	}
	status, _, body = ask(t, "PATCH", p.Public+"/chat/files/"+id, string(data[f.Offset:upTo]), append(headers, "Upload-Offset", fmt.Sprint(f.Offset))...)
	if status != 200 || json.Unmarshal([]byte(body), &f) != nil {
		return f, fmt.Errorf("send: %d %s", status, body)
	}
	return f, nil
}

// file asks for the cleaned copy of a file of a case.
func (p *process) file(token, id string, n int) (status int, body string) {
	p.t.Helper()
	status, _, body = ask(p.t.(*testing.T), "GET", fmt.Sprintf("%s/api/v1/cases/%s/files/%d", p.Staff, id, n), "", "Authorization", "Bearer "+token)
	return status, body
}

// pictures: a picture of the page is in the case, its cleaned copy is shown to who has the case, and taken back it is nowhere.
func pictures(t *testing.T, p *process) {
	s, welcome, id, token := begun(t, p, "写真を見てほしいです")
	data := photo(t, 400)
	f, err := p.upload(welcome.Resume, "", data, len(data))
	if err != nil || !f.Done {
		t.Fatalf("%+v %v", f, err)
	}
	if err := s.WriteJSON(map[string]any{"type": "message", "id": "p1", "text": "これです", "files": []string{f.ID}}); err != nil {
		t.Fatal(err)
	}
	if ack, err := s.next("ack", soon); err != nil || ack.ID != "p1" || ack.State != "stored" {
		t.Fatalf("%+v %v", ack, err)
	}
	var k told
	eventually(t, soon, func() error {
		if p.do(token, "GET", "/cases/"+id, nil, &k); strings.Join(k.says(), "|") != "写真を見てほしいです|[写真1]\nこれです" {
			return fmt.Errorf("the case says %q", k.says())
		}
		return nil
	})
	status, page := p.file(token, id, 1)
	c, kind, err := image.DecodeConfig(strings.NewReader(page))
	if status != 200 || err != nil || kind != "jpeg" || c.Width != 400 || strings.Contains(page, "CANARY") || strings.Contains(page, "Exif") {
		t.Errorf("the cleaned copy: %d %s %d %v", status, kind, c.Width, err)
	}
	if status, body := p.file(p.token("social_worker"), id, 1); status != 403 || strings.Contains(body, "JFIF") {
		t.Errorf("for a colleague: %d", status)
	}
	if err := s.WriteJSON(frame{Type: "unsend", ID: "p1"}); err != nil {
		t.Fatal(err)
	}
	if ack, err := s.next("ack", soon); err != nil || ack.ID != "p1" {
		t.Fatalf("%+v %v", ack, err)
	}
	eventually(t, soon, func() error {
		p.do(token, "GET", "/cases/"+id, nil, &k)
		if status, body := p.file(token, id, 1); status == 200 || strings.Contains(body, "JFIF") || strings.Contains(fmt.Sprint(k), "これです") {
			return fmt.Errorf("it is still there: %d %q", status, k.says())
		}
		return nil
	})
}

// unsends: what was taken back is on no screen, once, by socket and by request; what might be about danger stays for a person.
func unsends(t *testing.T, p *process) {
	s, welcome, id, token := begun(t, p, "さいしょに書きました")
	s.says(t, "m2", "これは、やっぱりなしです", "stored")
	s.says(t, "m3", "もう死にたい", "stored")
	s.says(t, "m4", "さいごに書きました", "stored")
	var k told
	eventually(t, soon, func() error {
		if p.do(token, "GET", "/cases/"+id, nil, &k); len(k.says()) != 4 {
			return fmt.Errorf("the case says %q", k.says())
		}
		return nil
	})
	for range 3 {
		if err := s.WriteJSON(frame{Type: "unsend", ID: "m2"}); err != nil {
			t.Fatal(err)
		}
		if ack, err := s.next("ack", soon); err != nil || ack.ID != "m2" {
			t.Fatalf("%+v %v", ack, err)
		}
	}
	for _, id := range []string{"m3", "never"} {
		if status, ack := p.post("Resume "+welcome.Resume, `{"type":"unsend","id":"`+id+`"}`); status != 200 || ack.Type != "ack" || ack.ID != id {
			t.Fatalf("%d %+v", status, ack)
		}
	}
	eventually(t, soon, func() error {
		p.do(token, "GET", "/cases/"+id, nil, &k)
		_, _, whole := ask(t, "GET", p.Staff+"/api/v1/cases/"+id, "", "Authorization", "Bearer "+token)
		if strings.Contains(whole, "やっぱりなし") || strings.Contains(whole, "死にたい") || !strings.Contains(whole, "さいごに書きました") {
			return fmt.Errorf("the case says %q", k.says())
		}
		return nil
	})
	var hidden struct {
		Timeline []struct {
			Hidden bool
		}
	}
	p.do(token, "GET", "/cases/"+id, nil, &hidden)
	n := 0
	for _, e := range hidden.Timeline {
		if e.Hidden {
			n++
		}
	}
	if n != 2 {
		t.Errorf("%d messages are shown as taken back", n)
	}
}

// A picture goes on after the program was killed, and once it is acknowledged it is in the case, whatever is killed then.
// Nothing of it lies on the disk in clear.
func TestPictureIsKilledOnItsWay(t *testing.T) {
	t.Parallel()
	p, _, token := real(t)
	s, welcome := p.chat(frame{})
	s.says(t, "m1", "写真のまえに書きました", "stored")
	data := photo(t, 1500)
	f, err := p.upload(welcome.Resume, "", data, len(data)/2)
	if err != nil || f.Offset != len(data)/2 {
		t.Fatalf("%+v %v", f, err)
	}
	unreadable(t, p, data)
	p.kill()
	p.again()
	if f, err = p.upload(welcome.Resume, f.ID, data, len(data)); err != nil || !f.Done {
		t.Fatalf("after the kill: %+v %v", f, err)
	}
	p.kill() // before a message names it
	p.again()
	unreadable(t, p, data)
	message := fmt.Sprintf(`{"type":"message","id":"p1","files":[%q]}`, f.ID)
	if status, ack := p.post("Resume "+welcome.Resume, message); status != 200 || ack.Type != "ack" {
		t.Fatalf("%d %+v", status, ack)
	}
	p.kill() // at once
	p.again()
	if status, ack := p.post("Resume "+welcome.Resume, message); status != 200 || ack.Type != "ack" {
		t.Fatalf("again: %d %+v", status, ack)
	}
	var id string
	eventually(t, soon, func() error {
		if id = caseWith(t, p, token, "[写真1]"); id == "" {
			return errors.New("it is no case yet")
		}
		if status, page := p.file(token, id, 1); status != 200 || !strings.HasPrefix(page, "\xff\xd8\xff") {
			return fmt.Errorf("the picture: %d", status)
		}
		return nil
	})
	var k told
	p.do(token, "GET", "/cases/"+id, nil, &k)
	if strings.Join(k.says(), "|") != "写真のまえに書きました|[写真1]" {
		t.Errorf("the case says %q", k.says())
	}
	unreadable(t, p, data)
}

// unreadable fails where something of the picture lies in the data folder in clear.
func unreadable(t *testing.T, p *process, data []byte) {
	t.Helper()
	for _, a := range p.args {
		dir, ok := strings.CutPrefix(a, "--data-dir=")
		if !ok {
			continue
		}
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || !d.Type().IsRegular() {
				return nil // it may just have been moved
			}
			b, err := os.ReadFile(path)
			if err == nil && (bytes.Contains(b, []byte("CANARY")) || bytes.Contains(b, data[len(data)/3:len(data)/3+48])) {
				t.Errorf("it lies in clear in %s", filepath.Base(filepath.Dir(path)))
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}
