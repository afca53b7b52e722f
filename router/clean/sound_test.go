package clean

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// tone is two seconds of one note, as a recording without any compression.
func tone() []byte {
	const rate, seconds, hertz = 16000, 2, 440
	var b bytes.Buffer
	b.WriteString("RIFF")
	put := func(v any) { binary.Write(&b, binary.LittleEndian, v) }
	put(uint32(36 + 2*rate*seconds))
	b.WriteString("WAVEfmt ")
	for _, v := range []any{uint32(16), uint16(1), uint16(1), uint32(rate), uint32(2 * rate), uint16(2), uint16(16)} {
		put(v)
	}
	b.WriteString("data")
	put(uint32(2 * rate * seconds))
	for i := range rate * seconds {
		put(int16(8000 * math.Sin(2*math.Pi*hertz*float64(i)/rate)))
	}
	return b.Bytes()
}

func ffmpeg(t testing.TB, in []byte, args ...string) []byte {
	t.Helper()
	dir := t.TempDir()
	from := filepath.Join(dir, "in")
	if err := os.WriteFile(from, in, 0o600); err != nil {
		t.Fatal(err)
	}
	to := filepath.Join(dir, "out")
	if out, err := exec.Command("ffmpeg", append(append([]string{"-v", "error", "-i", from}, args...), to)...).CombinedOutput(); err != nil {
		t.Fatalf("%v %s", err, out)
	}
	made, err := os.ReadFile(to)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// pitch is the note of the recording in Hz, and its length in seconds.
func pitch(t testing.TB, recording []byte) (hertz, seconds float64) {
	t.Helper()
	const rate = 16000
	raw := ffmpeg(t, recording, "-f", "s16le", "-ac", "1", "-ar", "16000")
	rises := 0
	for i := 2; i+1 < len(raw); i += 2 {
		before, now := int16(binary.LittleEndian.Uint16(raw[i-2:])), int16(binary.LittleEndian.Uint16(raw[i:]))
		if before < 0 && now >= 0 {
			rises++
		}
	}
	seconds = float64(len(raw)/2) / rate
	return float64(rises) / seconds, seconds
}

// What telephones and messengers record can be listened to, and nothing but the voice is left of it.
func TestRecordings(t *testing.T) {
	c := cleaner(t)
	say := []string{"-metadata", "title=canary-title", "-metadata", "comment=canary-place"}
	for name, args := range map[string][]string{
		"wav":  {"-f", "wav"},
		"mp3":  {"-f", "mp3"},
		"m4a":  {"-f", "ipod", "-c:a", "aac"}, // its index comes last
		"mp4":  {"-f", "mp4", "-c:a", "aac", "-movflags", "+faststart"},
		"aac":  {"-f", "adts", "-c:a", "aac"},
		"opus": {"-f", "ogg", "-c:a", "libopus"},
	} {
		in := ffmpeg(t, tone(), append(append([]string{}, say...), args...)...)
		pages, p, err := c.Page(t.Context(), in, 1)
		if err != nil || pages != 1 || p.Type != "audio/ogg" {
			t.Errorf("%s: %d pages, %s, %v", name, pages, p.Type, err)
			continue
		}
		if bytes.Contains(p.Data, []byte("canary")) || bytes.Contains(p.Data, []byte("Lavf")) {
			t.Errorf("%s: it tells more than the voice", name)
		}
		if hertz, seconds := pitch(t, p.Data); math.Abs(hertz-440) > 30 || math.Abs(seconds-2) > 0.2 {
			t.Errorf("%s: %.0f Hz for %.1f s", name, hertz, seconds)
		}
		if _, _, err := c.Page(t.Context(), in, 2); !errors.Is(err, ErrUnreadable) {
			t.Errorf("%s: a second page: %v", name, err)
		}
		for cut := range 4 {
			damaged := append(bytes.Clone(in[:len(in)*cut/4]), bytes.Repeat([]byte{0x5a}, 300)...)
			if _, p, err := c.Page(t.Context(), damaged, 1); err != nil && !errors.Is(err, ErrUnreadable) || err == nil && p.Type == "" {
				t.Errorf("%s, damaged at %d: %v", name, cut, err)
			}
		}
	}
}

// A list of other files is no recording, whatever it begins with.
func TestPlaylistsAreNotFollowed(t *testing.T) {
	secret := filepath.Join(t.TempDir(), "secret.wav")
	if err := os.WriteFile(secret, tone(), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"hls":    "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n" + secret + "\n#EXT-X-ENDLIST\n",
		"concat": "ffconcat version 1.0\nfile '" + secret + "'\n",
		"hidden": "ID3#EXTM3U\n#EXTINF:2,\nfile://" + secret + "\n",
		"wave":   "RIFF\x24\x00\x00\x00WAVE#EXTM3U\n" + secret + "\n",
	} {
		if _, p, err := cleaner(t).Page(t.Context(), []byte(text), 1); !errors.Is(err, ErrUnreadable) {
			t.Errorf("%s: %s, %v", name, p.Type, err)
		}
	}
}
