package channelstest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
)

// prints returns the values as everything that prints would show them.
func prints(values ...any) []string {
	var out []string
	for _, v := range values {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
			out = append(out, fmt.Sprintf(verb, v), fmt.Sprintf(verb, []any{v}), fmt.Sprintf(verb, struct{ inner any }{v}))
		}
		if b, err := json.Marshal(v); err == nil {
			out = append(out, string(b))
		}
		var b bytes.Buffer
		slog.New(slog.NewTextHandler(&b, nil)).Info("x", "v", v)
		slog.New(slog.NewJSONHandler(&b, nil)).Info("x", "v", v)
		out = append(out, b.String())
	}
	return out
}
