package redis_test

import (
	"testing"

	goredis "github.com/redis/go-redis/v9"

	"madoguchi/triage"
	"madoguchi/triage/keyring"
	"madoguchi/triage/redis"
	"madoguchi/triage/redistest"
	"madoguchi/triage/seal"
	"madoguchi/triage/storetest"
)

func TestEmbedded(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T) triage.Store {
		client, _ := redistest.Embedded(t)
		return redis.New(client, seal.New(), keyring.New(client, "body"))
	})
}

func TestServer(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	shared(t, func() goredis.UniversalClient { return server.Client() }, server)
}

func TestCluster(t *testing.T) {
	t.Parallel()
	cluster := redistest.StartCluster(t)
	shared(t, func() goredis.UniversalClient { return cluster.Client() }, cluster.Nodes...)
}

// shared runs the suite on servers that its tests use one after another, each finding them empty.
func shared(t *testing.T, dial func() goredis.UniversalClient, nodes ...*redistest.Server) {
	client := dial()
	var all []*goredis.Client
	for _, n := range nodes {
		all = append(all, n.Client())
	}
	free := make(chan struct{}, 1)
	free <- struct{}{}
	storetest.Run(t, func(t *testing.T) triage.Store {
		<-free
		t.Cleanup(func() { free <- struct{}{} })
		for _, n := range all {
			if err := n.FlushAll(t.Context()).Err(); err != nil {
				t.Fatal(err)
			}
		}
		return redis.New(client, seal.New(), keyring.New(client, "body"))
	})
}
