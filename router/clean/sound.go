package clean

import (
	"bytes"
	"context"
	"os"
	"os/exec"

	"golang.org/x/sys/unix"
)

// The longest recording that is made anew: what is longer ends there, and the original is kept.
const soundSeconds = "600"

// sound returns the demuxer for a recording, by its first bytes, or nothing. It is chosen here and never by the tool, which
// also knows playlists that name other files.
func sound(data []byte) string {
	at := func(i int, s string) bool { return len(data) >= i+len(s) && string(data[i:i+len(s)]) == s }
	switch {
	case at(0, "RIFF") && at(8, "WAVE"):
		return "wav"
	case at(0, "OggS"):
		return "ogg"
	case at(0, "#!AMR"):
		return "amr"
	case at(4, "ftypM4A"), at(4, "ftypmp4"), at(4, "ftypisom"), at(4, "ftypiso5"), at(4, "ftypiso6"), at(4, "ftypqt"), at(4, "ftyp3gp"):
		return "mov"
	case at(0, "ID3"), len(data) > 2 && data[0] == 0xff && data[1]&0xe6 == 0xe2: // layer III
		return "mp3"
	case len(data) > 2 && data[0] == 0xff && data[1]&0xf6 == 0xf0:
		return "aac"
	}
	return ""
}

// inMemory puts the recording where a tool can go back and forth in it, and nowhere on a disk.
func inMemory(data []byte) (*os.File, error) {
	fd, err := unix.MemfdCreate("recording", unix.MFD_CLOEXEC)
	if err != nil {
		return nil, ErrUnreadable
	}
	f := os.NewFile(uintptr(fd), "recording")
	if _, err := f.Write(data); err != nil {
		return nil, ErrUnreadable
	}
	return f, nil
}

// heard makes a recording anew: one voice, no name of a program, no place, no picture. Of a film it is what can be heard.
func heard(ctx context.Context, f *os.File, demuxer string) (Page, error) {
	cmd := exec.CommandContext(ctx, "ffmpeg", "-nostdin", "-v", "quiet", "-protocol_whitelist", "file,pipe", "-f", demuxer, "-i", "/proc/self/fd/3",
		"-t", soundSeconds, "-vn", "-sn", "-dn", "-map_metadata", "-1", "-map_chapters", "-1", "-fflags", "+bitexact", "-flags", "+bitexact",
		"-threads", "1", "-ac", "1", "-ar", "16000", "-c:a", "libopus", "-b:a", "24k", "-f", "ogg", "pipe:1")
	cmd.Env = []string{"PATH=/usr/bin:/bin", "LC_ALL=C"}
	cmd.ExtraFiles = []*os.File{f}
	out, err := cmd.Output()
	if err != nil || !bytes.HasPrefix(out, []byte(oggHead)) {
		return Page{}, ErrUnreadable
	}
	return Page{"audio/ogg", out}, nil
}
