package envelope

import (
	"encoding/binary"
	"time"

	"madoguchi/channels"
)

// The form of a message inside an envelope: a length, then fields, then zeros up to a size class of 512·2ⁿ bytes, so that
// the length of a record tells little of what was written. A field is tag[1] length[uvarint] value. Text is carried byte
// for byte, whatever it is. A tag that is not known is an error: a message that a newer version wrote waits among the dead
// letters until a router that knows it asks for it again, and loses nothing on the way.
const (
	form       = 1
	classSize  = 512
	lengthSize = 4
)

const (
	tagID byte = iota + 1
	tagKind
	tagFromKind
	tagFromWho
	tagFromHow
	tagText
	tagAt
	tagAbout
	tagCallMe
	tagFirst
	tagAnswerID
	tagAnswer
	tagUnsend
	tagErase
	tagOpt
	tagStatusReply
	tagStatus
	tagStatusDetail
	tagLate
	tagFileID // each begins a file
	tagFileSort
	tagCallNumber
	tagCallWindow
	tagCallWho
	tagUnchecked
	tagDeclares
	tagCallHow
	tagLang
)

// Encode returns a message, its sender's address included, in its padded form.
func Encode(m channels.Message) ([]byte, error) {
	at, err := m.At.MarshalBinary()
	if err != nil {
		return nil, ErrForm // a zone with seconds; no clock of ours has one
	}
	b := make([]byte, lengthSize+1, classSize)
	b[lengthSize] = form
	text := func(tag byte, s string) {
		if s != "" {
			b = appendField(b, tag, s)
		}
	}
	text(tagID, m.ID)
	text(tagKind, m.Kind)
	if !m.From.IsZero() {
		kind, who, how := channels.OpenAddress(m.From)
		b = appendField(b, tagFromKind, kind)
		b = appendField(b, tagFromWho, who)
		if how != nil {
			b = appendField(b, tagFromHow, how)
		}
	}
	text(tagText, m.Text)
	b = appendField(b, tagAt, at)
	text(tagAbout, m.About)
	text(tagCallMe, m.CallMe)
	text(tagLang, m.Lang)
	if m.First != nil {
		b = appendField(b, tagFirst, m.First.Sealed)
	}
	if m.Answer != nil {
		b = appendField(b, tagAnswerID, m.Answer.ID)
		b = appendField(b, tagAnswer, m.Answer.Answer)
	}
	text(tagUnsend, m.Unsend)
	if m.Erase {
		b = appendField(b, tagErase, "")
	}
	text(tagOpt, m.Opt)
	if m.Status != nil {
		b = appendField(b, tagStatusReply, m.Status.ReplyID)
		b = appendField(b, tagStatus, m.Status.Status)
		b = appendField(b, tagStatusDetail, m.Status.Detail)
	}
	if m.Late {
		b = appendField(b, tagLate, "")
	}
	b = appendBeside(b, m)
	binary.BigEndian.PutUint32(b, uint32(len(b)-lengthSize))
	class := classSize
	for class < len(b) {
		class *= 2
	}
	return append(b, make([]byte, class-len(b))...), nil
}

// appendBeside writes what stands beside the words.
func appendBeside(b []byte, m channels.Message) []byte {
	for _, f := range m.Files {
		b = appendField(b, tagFileID, f.ID)
		b = appendField(b, tagFileSort, f.Sort)
	}
	if c := m.CallBack; c != nil {
		if !c.At.IsZero() {
			_, who, how := channels.OpenAddress(c.At)
			b = appendField(b, tagCallNumber, who)
			if how != nil {
				b = appendField(b, tagCallHow, how)
			}
		}
		b = appendField(b, tagCallWindow, c.Window)
		b = appendField(b, tagCallWho, c.Who)
	}
	if m.Unchecked {
		b = appendField(b, tagUnchecked, "")
	}
	if m.Declares != "" {
		b = appendField(b, tagDeclares, m.Declares)
	}
	return b
}

func appendField[T string | []byte](b []byte, tag byte, value T) []byte {
	b = append(b, tag)
	b = binary.AppendUvarint(b, uint64(len(value)))
	return append(b, value...)
}

// Decode reads what Encode wrote, or fails with ErrForm.
func Decode(b []byte) (channels.Message, error) {
	var m channels.Message
	if len(b) <= lengthSize {
		return m, ErrForm
	}
	n := binary.BigEndian.Uint32(b)
	if b = b[lengthSize:]; n < 1 || uint64(n) > uint64(len(b)) || b[0] != form {
		return m, ErrForm
	}
	var d decoder
	for b = b[1:n]; len(b) > 0; {
		size, used := binary.Uvarint(b[1:])
		if used <= 0 || size > uint64(len(b)-1-used) {
			return channels.Message{}, ErrForm
		}
		value := b[1+used : 1+used+int(size)]
		if !d.field(b[0], value) {
			return channels.Message{}, ErrForm
		}
		b = b[1+used+int(size):]
	}
	return d.message(), nil
}

type decoder struct {
	m         channels.Message
	addressed bool
	kind, who string
	how       []byte
	number    string // who, of the address to be called at
}

// field takes one field and reports whether it is known and well formed.
func (d *decoder) field(tag byte, v []byte) bool {
	m := &d.m
	switch tag {
	case tagID:
		m.ID = string(v)
	case tagKind:
		m.Kind = string(v)
	case tagFromKind:
		d.addressed, d.kind = true, string(v)
	case tagFromWho:
		d.who = string(v)
	case tagFromHow:
		d.how = append([]byte{}, v...)
	case tagText:
		m.Text = string(v)
	case tagAt:
		var at time.Time
		if at.UnmarshalBinary(v) != nil {
			return false
		}
		m.At = at
	case tagAbout:
		m.About = string(v)
	case tagCallMe:
		m.CallMe = string(v)
	case tagLang:
		m.Lang = string(v)
	case tagFirst:
		m.First = &channels.Opening{Sealed: append([]byte{}, v...)}
	case tagUnsend:
		m.Unsend = string(v)
	case tagErase:
		m.Erase = true
	case tagOpt:
		m.Opt = string(v)
	case tagLate:
		m.Late = true
	case tagUnchecked:
		m.Unchecked = true
	default:
		return d.nested(tag, string(v))
	}
	return true
}

func (d *decoder) nested(tag byte, v string) bool {
	m := &d.m
	switch tag {
	case tagAnswerID, tagAnswer:
		if m.Answer == nil {
			m.Answer = &channels.Answer{}
		}
		if tag == tagAnswer {
			m.Answer.Answer = v
		} else {
			m.Answer.ID = v
		}
	case tagStatusReply, tagStatus, tagStatusDetail:
		if m.Status == nil {
			m.Status = &channels.Status{}
		}
		switch tag {
		case tagStatusReply:
			m.Status.ReplyID = v
		case tagStatus:
			m.Status.Status = v
		default:
			m.Status.Detail = v
		}
	default:
		return d.beside(tag, v)
	}
	return true
}

func (d *decoder) beside(tag byte, v string) bool {
	m := &d.m
	switch tag {
	case tagDeclares:
		m.Declares = v
	case tagFileID:
		m.Files = append(m.Files, channels.File{ID: v})
	case tagFileSort:
		if len(m.Files) == 0 {
			return false
		}
		m.Files[len(m.Files)-1].Sort = v
	case tagCallNumber, tagCallWindow, tagCallWho, tagCallHow:
		if m.CallBack == nil {
			m.CallBack = &channels.CallBack{}
		}
		switch tag {
		case tagCallNumber:
			d.number = v
			m.CallBack.At = channels.NewAddress(channels.CallBackKind, d.number, nil)
		case tagCallHow:
			m.CallBack.At = channels.NewAddress(channels.CallBackKind, d.number, []byte(v))
		case tagCallWindow:
			m.CallBack.Window = v
		default:
			m.CallBack.Who = v
		}
	default:
		return false
	}
	return true
}

func (d *decoder) message() channels.Message {
	if d.addressed {
		d.m.From = channels.NewAddress(d.kind, d.who, d.how)
	}
	return d.m
}
