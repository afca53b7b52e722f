package request

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"madoguchi/triage"
)

// Piece is one file of a pack.
type Piece struct {
	Name string
	Data []byte
}

// manifest is the list of a pack's contents, as it lies in it.
type manifest struct {
	Request  string        `json:"request"`
	Ground   string        `json:"ground"`
	Office   string        `json:"office,omitempty"`
	Document string        `json:"document,omitempty"`
	Case     triage.CaseID `json:"case"`
	Upto     int64         `json:"upto"` // events of the case until then
	Parts    []string      `json:"parts"`
	Named    int           `json:"named"` // how many placeholders were filled in
	Agreed   time.Time     `json:"agreed"`
	Files    []content     `json:"files"`
}

type content struct {
	Name   string `json:"name"`
	SHA256 string `json:"sha256"`
	Bytes  int    `json:"bytes"`
}

// ManifestName is the list of contents within a pack.
const ManifestName = "manifest.json"

// Archive packs the pieces with the list of what they are. Made again of the same it is the same, byte for byte; hash is the
// SHA-256 of the list, in hex, which is the fingerprint of all.
func Archive(r Request, pieces []Piece) (data []byte, hash string, err error) {
	d := r.Decision
	g, _ := GroundOf(r.Ground)
	m := manifest{r.ID, g.Law, r.Office, r.Document, d.Case, d.Upto, d.Parts, len(d.Named), d.AgreeAt.UTC(), []content{}}
	for _, p := range pieces {
		m.Files = append(m.Files, content{p.Name, sum(p.Data), len(p.Data)})
	}
	list, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return nil, "", err
	}
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, p := range append([]Piece{{ManifestName, list}}, pieces...) {
		f, err := w.CreateHeader(&zip.FileHeader{Name: p.Name, Method: zip.Deflate, Modified: d.AgreeAt.UTC().Truncate(2 * time.Second)})
		if err == nil {
			_, err = f.Write(p.Data)
		}
		if err != nil {
			return nil, "", err
		}
	}
	if err := w.Close(); err != nil {
		return nil, "", err
	}
	return b.Bytes(), sum(list), nil
}

func sum(data []byte) string {
	d := sha256.Sum256(data)
	return hex.EncodeToString(d[:])
}

// Render writes those events of a case that a decision gives, as one text. What happened after the decision is not in it; nor
// is what the seeker took back, what was said to one colleague alone, nor that there are other cases.
func Render(c triage.Case, events []triage.Event, d Decision) string {
	var b strings.Builder
	for _, e := range events {
		if e.Seq > d.Upto || e.Link != nil || e.For != "" || slices.Contains(c.Hidden, e.ID) {
			continue
		}
		part, title, text := tell(e)
		if part == "" || strings.TrimSpace(text) == "" && len(e.Files) == 0 || !slices.Contains(d.Parts, part) {
			continue
		}
		fmt.Fprintf(&b, "%d　%s　%s\n", e.Seq, e.At.In(triage.JST).Format("2006年1月2日 15:04"), title)
		if text = strings.TrimSpace(text); text != "" {
			b.WriteString(text + "\n")
		}
		b.WriteString("\n")
	}
	return b.String()
}

var speakers = map[triage.From]string{triage.Seeker: "相談した人", triage.Counselor: "窓口", triage.Desk: "窓口（自動）", triage.AtSchool: "学校", triage.System: "窓口（自動）"}

// tell says to which part an event belongs, and what it says. An event of no part is none that is given: who opened which
// words, and how messages were carried, belongs to the desk's own audit.
func tell(e triage.Event) (part, title, text string) {
	who := speakers[e.From]
	switch e.Kind {
	case triage.KindMessage:
		return Messages, who, e.Text
	case triage.KindReport:
		if e.Report != nil {
			return Reports, "学校の報告", reported(*e.Report)
		}
	case triage.KindHandoff:
		switch {
		case e.Handoff != nil:
			return Told, who + "　引き継ぎ", e.Handoff.Summary + answered(*e.Handoff)
		case e.Consent != nil:
			return Told, who + "　本人の意向", e.Consent.Text + "\n" + e.Consent.Note
		}
		return Told, who, e.Text
	case triage.KindNote:
		text = e.Text
		if e.Safety != nil {
			text = "安全プラン\n" + text
		}
		if e.Session != nil {
			text = strings.TrimSpace(e.Session.Say() + "\n" + text)
		}
		if o := e.Observed; o != nil {
			text = strings.TrimSpace("確かめたこと（" + Day(o.On) + "）\n" + o.Note + "\n" + text)
		}
		return Notes, who + "　メモ", text
	case triage.KindAssessment:
		if e.Risk != nil {
			return Notes, who + "　リスクの見立て", e.Risk.Say() + "\n" + e.Text
		}
		return Course, who + "　経過", e.Text
	case triage.KindState, triage.KindDuty:
		return Course, who + "　経過", e.Text
	}
	return "", "", ""
}

func reported(r triage.Report) string {
	form, _ := triage.FormByID(r.Form)
	lines := []string{form.Name}
	for _, f := range form.Filled(r.Fields) {
		lines = append(lines, f.Label+"："+f.Value)
	}
	return strings.Join(lines, "\n")
}

func answered(h triage.Handoff) string {
	var b strings.Builder
	for _, a := range h.Answers {
		if a.Text != "" {
			b.WriteString("\n答え：" + a.Text)
		}
	}
	return b.String()
}
