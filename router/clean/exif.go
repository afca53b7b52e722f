package clean

import (
	"bytes"
	"encoding/binary"
)

// orientation returns the orientation that a JPEG's Exif block tells, 1 to 8, or 1.
func orientation(data []byte, kind string) int {
	if kind != "jpeg" {
		return 1
	}
	for p := 2; p+4 <= len(data) && data[p] == 0xff && data[p+1] != 0xda; {
		size := int(binary.BigEndian.Uint16(data[p+2:]))
		end := p + 2 + size
		if size < 2 || end > len(data) {
			return 1
		}
		if block, ok := bytes.CutPrefix(data[p+4:end], []byte("Exif\x00\x00")); ok && data[p+1] == 0xe1 {
			return tagged(block)
		}
		p = end
	}
	return 1
}

// tagged reads tag 0x0112 of the first directory of a TIFF block.
func tagged(b []byte) int {
	if len(b) < 8 {
		return 1
	}
	var order binary.ByteOrder = binary.BigEndian
	if b[0] == 'I' {
		order = binary.LittleEndian
	}
	at := int64(order.Uint32(b[4:]))
	if at+2 > int64(len(b)) {
		return 1
	}
	for n, p := int64(order.Uint16(b[at:])), at+2; n > 0 && p+12 <= int64(len(b)); n, p = n-1, p+12 {
		if order.Uint16(b[p:]) == 0x0112 {
			if v := int(order.Uint16(b[p+8:])); v >= 1 && v <= 8 {
				return v
			}
			return 1
		}
	}
	return 1
}
