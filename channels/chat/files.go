package chat

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"madoguchi/channels"
)

// pieceWithin is how long the next 256 KiB of a picture may take to arrive. Who is slower goes on with another request.
const pieceWithin = 30 * time.Second

// part is what requests about pictures are answered with.
type part struct {
	Type   string `json:"type"` // file
	ID     string `json:"id"`
	Offset int64  `json:"offset"` // bytes that have arrived
	Size   int64  `json:"size"`
	Done   bool   `json:"done"` // it may be named by a message
}

// fileRoutes serves pictures on their way. A picture has a number of bytes, is sent from an offset as far as the line holds,
// and goes on from there:
//
//	POST   /chat/files        {"size":N}              → 201 part
//	PATCH  /chat/files/{id}   Upload-Offset: N, bytes → 200 part; 409 and the right offset where it is another
//	GET    /chat/files/{id}   (and HEAD)              → 200 part, and as headers Upload-Offset, Upload-Length, Upload-Complete
//	DELETE /chat/files/{id}                           → 204
//
// All carry Authorization: Resume …; an upload of another conversation does not exist. The last piece is answered once the
// whole is durable. Errors are error frames.
func (d *door) fileRoutes(mux *http.ServeMux) {
	mux.HandleFunc("POST /chat/files", d.beginFile)
	for method, act := range map[string]func(http.ResponseWriter, *http.Request, *upload){
		"PATCH": d.addToFile, "GET": d.tellFile, "DELETE": d.dropFile,
	} {
		mux.HandleFunc(method+" /chat/files/{id}", func(w http.ResponseWriter, r *http.Request) {
			from, ok := d.whose(w, r)
			if !ok {
				return
			}
			p, err := d.uploads.at(from, r.PathValue("id"))
			if err != nil {
				answer(w, refuseFile(err))
				return
			}
			act(w, r, p)
		})
	}
}

// whose returns the conversation that a request about a picture belongs to, or answers it.
func (d *door) whose(w http.ResponseWriter, r *http.Request) (from channels.Address, ok bool) {
	if !d.ours(r) {
		problem(w, http.StatusForbidden, "forbidden_origin")
		return from, false
	}
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if token = strings.TrimSpace(token); token == "" || !strings.EqualFold(scheme, "Resume") {
		answer(w, refuse("", unknownCode))
		return from, false
	}
	conv, err := d.env.Mailbox.Open(r.Context(), channels.Secret{Kind: channels.ByResume, Text: token})
	if err != nil {
		answer(w, failure("", err))
		return from, false
	}
	return conv.Address(), true
}

// refuseFile turns an error of uploads into what the page is told.
func refuseFile(err error) *frame {
	for _, e := range []struct {
		err  error
		code string
	}{{errNone, unknownFile}, {errOffset, wrongOffset}, {errBusy, wrongOffset}, {errSort, noPicture}, {channels.ErrTooLarge, tooLarge}} {
		if errors.Is(err, e.err) {
			return refuse("", e.code)
		}
	}
	f := refuse("", unavailable)
	if errors.Is(err, errRoom) {
		f = refuse("", noRoom)
		f.RetryAfter = roomAgain
	}
	return f
}

// roomAgain is after how many seconds it is worth asking for room again.
const roomAgain = 60

func (d *door) beginFile(w http.ResponseWriter, r *http.Request) {
	from, ok := d.whose(w, r)
	if !ok {
		return
	}
	var ask struct {
		Size int64 `json:"size"`
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<10))
	if err != nil || json.Unmarshal(body, &ask) != nil || ask.Size < 1 {
		answer(w, refuse("", badFrame))
		return
	}
	if slow := d.rates.limit(from, ""); slow != nil {
		answer(w, slow)
		return
	}
	p, err := d.uploads.begin(from, ask.Size)
	if err != nil {
		answer(w, refuseFile(err))
		return
	}
	w.Header().Set("Location", "/chat/files/"+p.id)
	answerPart(w, http.StatusCreated, p, 0, false)
}

// addToFile takes pieces in for as long as they come. What has arrived stays, however the request ends.
func (d *door) addToFile(w http.ResponseWriter, r *http.Request, p *upload) {
	offset, kept, err := d.uploads.state(p)
	if err == nil && kept == nil {
		var asked int64
		if asked, err = strconv.ParseInt(r.Header.Get("Upload-Offset"), 10, 64); err != nil {
			answer(w, refuse("", badFrame))
			return
		}
		if asked != offset {
			err = errOffset
		} else {
			offset, err = d.receiveFile(w, r, p, offset)
		}
		if err == nil && offset == p.size {
			kept, err = d.keep(r.Context(), p)
		}
	}
	if errors.Is(err, errNone) { // unless another request has finished it meanwhile
		if _, whole, again := d.uploads.state(p); again == nil && whole != nil {
			offset, kept, err = p.size, whole, nil
		}
	}
	if errors.Is(err, errSort) || errors.Is(err, channels.ErrTooLarge) { // it never was what was promised
		d.uploads.drop(p)
	}
	if err != nil {
		if errors.Is(err, errOffset) || errors.Is(err, errBusy) {
			if there, _, err := d.uploads.state(p); err == nil {
				w.Header().Set("Upload-Offset", strconv.FormatInt(there, 10))
			}
		}
		answer(w, refuseFile(err))
		return
	}
	answerPart(w, http.StatusOK, p, offset, kept != nil)
}

// receiveFile reads the body piece by piece and returns how much of the picture is there now.
func (d *door) receiveFile(w http.ResponseWriter, r *http.Request, p *upload, offset int64) (int64, error) {
	if offset < p.size && d.uploads.short(p.size-offset) {
		return offset, errRoom
	}
	control := http.NewResponseController(w)
	defer func() { _ = control.SetReadDeadline(time.Time{}) }() // a broken connection shows at the next read
	buf := make([]byte, min(piece, p.size-offset+1))
	for {
		if control.SetReadDeadline(time.Now().Add(pieceWithin)) != nil {
			return offset, errDisk
		}
		n, err := io.ReadFull(r.Body, buf)
		if offset == 0 && n < 16 && int64(n) < p.size { // too little to see what it is
			return offset, nil
		}
		if n > 0 {
			if err := p.add(offset, buf[:n]); err != nil {
				return offset, err
			}
			offset += int64(n)
		}
		if err != nil { // the end, or that of the line: what has arrived is there
			return offset, nil
		}
	}
}

// keep makes a whole picture durable.
func (d *door) keep(ctx context.Context, p *upload) (*channels.File, error) {
	ctx, cancel := context.WithTimeout(ctx, pieceWithin)
	defer cancel()
	return d.uploads.finish(ctx, p)
}

func (d *door) tellFile(w http.ResponseWriter, _ *http.Request, p *upload) {
	offset, kept, err := d.uploads.state(p)
	if err != nil {
		answer(w, refuseFile(err))
		return
	}
	answerPart(w, http.StatusOK, p, offset, kept != nil)
}

func (d *door) dropFile(w http.ResponseWriter, _ *http.Request, p *upload) {
	d.uploads.drop(p)
	w.WriteHeader(http.StatusNoContent)
}

func answerPart(w http.ResponseWriter, status int, p *upload, offset int64, done bool) {
	body, err := json.Marshal(part{"file", p.id, offset, p.size, done})
	if err != nil {
		body = []byte("{}")
	}
	h := w.Header()
	h.Set("Upload-Offset", strconv.FormatInt(offset, 10))
	h.Set("Upload-Length", strconv.FormatInt(p.size, 10))
	h.Set("Upload-Complete", map[bool]string{true: "?1", false: "?0"}[done])
	h.Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(body) // nobody is left to be told
}
