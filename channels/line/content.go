package line

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"net/http"
	"path"
	"regexp"
	"strings"

	"github.com/line/line-bot-sdk-go/v8/linebot/messaging_api"
	"github.com/line/line-bot-sdk-go/v8/linebot/webhook"
	"golang.org/x/image/font"
	"golang.org/x/image/font/basicfont"
	"golang.org/x/image/math/fixed"

	"madoguchi/channels"
)

// marks are what stands in a text for each sort of file.
var marks = map[string]string{channels.Picture: "写真", channels.Voice: "音声", channels.Video: "動画", channels.Document: "ファイル", channels.Other: "ファイル"}

// content tells of which sort the file of a message is and whether LINE has to prepare it. A sender's own host is none.
func content(m webhook.MessageContentInterface) (sort string, slow, here bool) {
	at := func(p *webhook.ContentProvider) bool { return p == nil || p.Type == webhook.ContentProviderTYPE_LINE }
	switch m := m.(type) {
	case webhook.ImageMessageContent:
		return channels.Picture, false, at(m.ContentProvider)
	case webhook.AudioMessageContent:
		return channels.Voice, true, at(m.ContentProvider)
	case webhook.VideoMessageContent:
		return channels.Video, true, at(m.ContentProvider)
	case webhook.FileMessageContent:
		switch strings.ToLower(path.Ext(m.FileName)) {
		case ".pdf":
			return channels.Document, false, true
		case ".jpg", ".jpeg", ".png", ".gif", ".webp":
			return channels.Picture, false, true
		}
		return channels.Other, false, true
	}
	return "", false, false
}

// fileID is the id of the message by which a message's file follows.
func fileID(id string) string { return id + ".file" }

// errors of fetching.
var (
	errGone   = errors.New("line: it is not there any more")
	errNotYet = errors.New("line: it is not there yet")
)

// idForm is what an id may be that becomes a part of an address.
var idForm = regexp.MustCompile(`^[0-9A-Za-z]{1,64}$`)

// download gives a file to Files as it comes. The SDK's errors hold what LINE said and are dropped.
func (d *door) download(ctx context.Context, w *wanted) (channels.File, error) {
	if !idForm.MatchString(w.ID) {
		return channels.File{}, errGone
	}
	ctx, cancel := context.WithTimeout(ctx, contentTimeout)
	defer cancel()
	blob := *d.blob // WithContext writes into its receiver
	api := blob.WithContext(ctx)
	if w.Slow {
		response, state, err := api.GetMessageContentTranscodingByMessageIdWithHttpInfo(w.ID)
		switch {
		case err != nil:
			return channels.File{}, missing(response)
		case state.Status == messaging_api.GetMessageContentTranscodingResponseSTATUS_FAILED:
			return channels.File{}, errGone
		case state.Status != messaging_api.GetMessageContentTranscodingResponseSTATUS_SUCCEEDED:
			return channels.File{}, errNotYet
		}
	}
	response, body, err := api.GetMessageContentWithHttpInfo(w.ID)
	if err != nil {
		return channels.File{}, missing(response)
	}
	defer body.Body.Close()
	if body.StatusCode != http.StatusOK { // 202: being prepared
		return channels.File{}, errNotYet
	}
	return d.env.Files.Keep(ctx, body.Body, w.Sort)
}

func missing(r *http.Response) error {
	if r != nil && (r.StatusCode == http.StatusNotFound || r.StatusCode == http.StatusGone || r.StatusCode == http.StatusBadRequest) {
		return errGone
	}
	return errNotYet
}

// place keeps coordinates as a picture, which is sealed like every other.
func (d *door) place(ctx context.Context, m webhook.LocationMessageContent) (channels.File, error) {
	img := image.NewGray(image.Rect(0, 0, 260, 60))
	draw.Draw(img, img.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src)
	pen := font.Drawer{Dst: img, Src: image.NewUniform(color.Black), Face: basicfont.Face7x13}
	for i, line := range []string{fmt.Sprintf("latitude  %.6f", m.Latitude), fmt.Sprintf("longitude %.6f", m.Longitude)} {
		pen.Dot = fixed.P(12, 24+20*i)
		pen.DrawString(line)
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		return channels.File{}, channels.ErrUnavailable
	}
	return d.env.Files.Keep(ctx, &b, channels.Picture)
}
