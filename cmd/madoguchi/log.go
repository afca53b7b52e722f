package main

import (
	"context"
	"io"
	"log/slog"
	"regexp"
	"slices"
)

func logLevel(name string) (slog.Level, error) {
	var l slog.Level
	return l, l.UnmarshalText([]byte(name))
}

// newLog writes JSON lines. Rooms log codes and counts and are never given words or addresses; this handler is the second
// wall behind that habit: attributes that are not on its list are dropped, and in those that are, whatever looks like
// words in Japanese, an address, a number to call or an id is blotted out.
func newLog(w io.Writer, level slog.Level) *slog.Logger {
	return slog.New(blotter{slog.NewJSONHandler(w, &slog.HandlerOptions{Level: level, ReplaceAttr: blotAttr})})
}

type blotter struct{ slog.Handler }

func (b blotter) Handle(ctx context.Context, r slog.Record) error {
	clean := slog.NewRecord(r.Time, r.Level, blot(r.Message), r.PC)
	r.Attrs(func(a slog.Attr) bool { clean.AddAttrs(a); return true })
	return b.Handler.Handle(ctx, clean)
}
func (b blotter) WithAttrs(as []slog.Attr) slog.Handler { return blotter{b.Handler.WithAttrs(as)} }
func (b blotter) WithGroup(name string) slog.Handler    { return blotter{b.Handler.WithGroup(name)} }

// logged lists the attributes that may be written.
var logged = []string{slog.TimeKey, slog.LevelKey, slog.MessageKey, "err", "channel", "code", "status", "count", "lane", "role",
	"route", "method", "took", "state", "kind", "attempt", "addr", "listener", "version", "city", "id", "from", "to", "where", "bytes",
	"room", "what", "works", "deliveries", "door", "tries", "page", "operation"}

func blotAttr(_ []string, a slog.Attr) slog.Attr {
	if !slices.Contains(logged, a.Key) {
		return slog.Attr{}
	}
	switch v := a.Value.Resolve(); v.Kind() {
	case slog.KindString:
		a.Value = slog.StringValue(blot(v.String()))
	case slog.KindAny:
		if err, ok := v.Any().(error); ok {
			a.Value = slog.StringValue(blot(err.Error()))
		} else if _, level := v.Any().(slog.Level); !level {
			return slog.Attr{}
		}
	}
	return a
}

// suspicious is what has no business in a log line: runs of letters that are not ASCII, mail addresses, ids of LINE and
// Twilio, telephone numbers, long opaque words.
var suspicious = regexp.MustCompile(`[^\x00-\x7f]+|\S+@\S+|\b[A-Z]{1,2}[0-9a-f]{32}\b|\+?\d[\d-]{8,}\d|[A-Za-z0-9_-]{33,}`)

const longestLogged = 300

func blot(s string) string {
	s = suspicious.ReplaceAllString(s, "…")
	if len(s) > longestLogged {
		s = s[:longestLogged]
	}
	return s
}
