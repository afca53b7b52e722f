package redistest_test

import (
	"context"
	"testing"

	"madoguchi/router/redistest"
)

// What a server acknowledged is there after a kill -9 and after an orderly stop.
func TestRestartKeepsWhatWasAcknowledged(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	server := redistest.Start(t)
	for name, end := range map[string]func(){"kill": server.Kill, "stop": server.Stop} {
		if err := server.Client().Set(ctx, name, "v", 0).Err(); err != nil {
			t.Fatal(err)
		}
		end()
		if err := server.Client().Ping(ctx).Err(); err == nil {
			t.Fatalf("%s: the server still answers", name)
		}
		server.Restart()
		if got, err := server.Client().Get(ctx, name).Result(); err != nil || got != "v" {
			t.Fatalf("%s: after the restart: %q, %v", name, got, err)
		}
	}
}
