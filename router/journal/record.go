package journal

import (
	"encoding/binary"
	"hash/crc32"
)

// Record is one sealed message.
type Record struct {
	Seq    int64    // its number in the lane, rising, from 1; a number may be missing
	Digest [16]byte // names the message for deduplication; keyed, so that it says nothing
	Sealed []byte   // what the envelope sealed
}

// A segment is a header and then records:
//
//	header  magic[8] base[8] crc32c(magic base)[4]
//	record  length[4] crc32c(length seq digest sealed)[4] seq[8] digest[16] sealed[length-24]
//
// Numbers are big-endian. base is the tail at the moment when the segment was begun, so that the tail survives even when
// every older segment has been removed. A length of at least 24 makes sure that zeros are never a record.
const (
	magic      = "mdgjrnl\x01"
	headerSize = len(magic) + 8 + 4
	frameSize  = 4 + 4
	fixedSize  = 8 + 16
	maxLength  = 64 << 20 // longer is damage; the doors take at most some MiB
	maxSeq     = 1 << 48  // as above
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func appendHeader(b []byte, base int64) []byte {
	start := len(b)
	b = append(b, magic...)
	b = binary.BigEndian.AppendUint64(b, uint64(base))
	return binary.BigEndian.AppendUint32(b, crc32.Checksum(b[start:], castagnoli))
}

// parseHeader returns the base, or false where the header is damaged.
func parseHeader(b []byte) (base int64, ok bool) {
	n := len(magic)
	if len(b) < headerSize || string(b[:n]) != magic ||
		binary.BigEndian.Uint32(b[n+8:]) != crc32.Checksum(b[:n+8], castagnoli) {
		return 0, false
	}
	return int64(binary.BigEndian.Uint64(b[n:])), true
}

func appendRecord(b []byte, r Record) []byte {
	start := len(b)
	b = binary.BigEndian.AppendUint32(b, uint32(fixedSize+len(r.Sealed)))
	b = append(b, 0, 0, 0, 0)
	b = binary.BigEndian.AppendUint64(b, uint64(r.Seq))
	b = append(b, r.Digest[:]...)
	b = append(b, r.Sealed...)
	binary.BigEndian.PutUint32(b[start+4:], checksum(b[start:start+4], b[start+frameSize:]))
	return b
}

func checksum(length, body []byte) uint32 {
	return crc32.Update(crc32.Checksum(length, castagnoli), castagnoli, body)
}

// parseRecord reads the record at the start of b and returns it with its size; the size is 0 where no good record starts
// there. The record shares b.
func parseRecord(b []byte) (Record, int) {
	if len(b) < frameSize+fixedSize {
		return Record{}, 0
	}
	length := binary.BigEndian.Uint32(b)
	if length < fixedSize || length > maxLength || int(length) > len(b)-frameSize {
		return Record{}, 0
	}
	body := b[frameSize : frameSize+int(length)]
	seq := binary.BigEndian.Uint64(body)
	if seq == 0 || seq > maxSeq { // told before the sum, which is dear when every byte of a damaged stretch is tried
		return Record{}, 0
	}
	if binary.BigEndian.Uint32(b[4:]) != checksum(b[:4], body) {
		return Record{}, 0
	}
	return Record{Seq: int64(seq), Digest: [16]byte(body[8:24]), Sealed: body[24:]}, frameSize + int(length)
}

// scan calls f with every good record of a segment's bytes, in order of place. After a damaged stretch it goes on at the
// next place where a good record starts, so that a flipped bit costs one record. end is where the last good record ends,
// and damaged the number of bytes that belong to none (a torn tail among them).
func scan(b []byte, f func(r Record, at, size int)) (base int64, end, damaged int) {
	base, ok := parseHeader(b)
	if !ok {
		damaged += min(headerSize, len(b))
	}
	at := min(headerSize, len(b))
	end = at
	for at < len(b) {
		r, size := parseRecord(b[at:])
		if size == 0 {
			at++
			damaged++
			continue
		}
		f(r, at, size)
		at += size
		end = at
	}
	return base, end, damaged
}
