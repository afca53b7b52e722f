package vault

import (
	"context"
	"errors"
	"testing"

	"github.com/redis/go-redis/v9"
)

// before calls f before the first command of that name.
type before struct {
	name string
	f    func() error
}

func (b *before) DialHook(next redis.DialHook) redis.DialHook                               { return next }
func (b *before) ProcessPipelineHook(n redis.ProcessPipelineHook) redis.ProcessPipelineHook { return n }

func (b *before) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		if f := b.f; f != nil && cmd.Name() == b.name {
			b.f = nil
			if err := f(); err != nil {
				cmd.SetErr(err)
				return err
			}
		}
		return next(ctx, cmd)
	}
}

// An alias that leads on to a newer case outlives the old one, whatever Redis does meanwhile.
func TestShredLeavesTheAliasOfANewerCase(t *testing.T) {
	on(t, func(t *testing.T, client redis.UniversalClient) {
		ctx, keys := t.Context(), NewKeys()
		plain := newVault(client, keys)
		put(t, plain, full(t, plain, caseA))
		leads := func(id string) func() error {
			return func() error { return plain.Alias(ctx, "canary-pseudonym", id) }
		}
		if err := leads(caseB)(); err != nil {
			t.Fatal(err)
		}
		hook := &before{}
		hooked := redis.NewClient(&redis.Options{Addr: client.(*redis.Client).Options().Addr, MaxRetries: -1, ContextTimeoutEnabled: true})
		defer hooked.Close()
		hooked.AddHook(hook)
		v := newVault(hooked, keys)

		hook.name, hook.f = "get", func() error { return errors.New("the line is down") }
		if err := v.Shred(ctx, caseA); !errors.Is(err, ErrUnavailable) {
			t.Errorf("an alias that cannot be read: %v", err)
		}
		if err := leads(caseA)(); err != nil {
			t.Fatal(err)
		}
		hook.name, hook.f = "evalsha", leads(caseB)
		if err := v.Shred(ctx, caseA); !errors.Is(err, ErrConflict) {
			t.Errorf("an alias that changes meanwhile: %v", err)
		}
		if err := v.Shred(ctx, caseA); err != nil {
			t.Error(err)
		}
		if id, err := plain.Case(ctx, "canary-pseudonym"); err != nil || id != caseB {
			t.Errorf("the alias leads to %q, %v", id, err)
		}
	})
}

// One that nobody can open leads nowhere, and goes.
func TestShredRemovesADamagedAlias(t *testing.T) {
	on(t, func(t *testing.T, client redis.UniversalClient) {
		v := newVault(client, NewKeys())
		put(t, v, full(t, v, caseA))
		if err := client.Set(t.Context(), v.aliasKey("canary-pseudonym"), "damaged", 0).Err(); err != nil {
			t.Fatal(err)
		}
		if err := v.Shred(t.Context(), caseA); err != nil {
			t.Fatal(err)
		}
		if _, err := v.Case(t.Context(), "canary-pseudonym"); !errors.Is(err, ErrUnknown) {
			t.Errorf("the alias: %v", err)
		}
	})
}
