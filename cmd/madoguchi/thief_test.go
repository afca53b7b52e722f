package main

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"
	"golang.org/x/crypto/chacha20poly1305"
)

// Whoever stole all that lies in Redis, and knows from the source how things are sealed, tries every stored value as a key, whole,
// in part and hashed, for every other: none opens another, and none says a word of the child or the name of who answers.
func TestAStolenDumpOpensNothing(t *testing.T) {
	t.Parallel()
	p, r, _ := real(t)
	const words, reply = "たいいくかんのうらで、なかまはずれにされてる", "かいてくれて、ありがとう。"
	psy := must(t, append([]string{"token", "create", "--login=psy", "--role=psychologist"}, p.common()...)...)
	s, w := p.chat(frame{})
	s.says(t, "m1", words, "stored")
	eventually(t, soon, func() error {
		id := caseWith(t, p, psy, words)
		if id == "" {
			return fmt.Errorf("%q is in no case", words)
		}
		p.do(psy, "POST", "/cases/"+id+"/claim", nil, nil)
		p.answers(psy, id, reply)
		return nil
	})
	if f, err := s.next("message", soon); err != nil || f.Text != reply {
		t.Fatalf("%+v, %v", f, err)
	}
	stolen := loot(t, r.Client())
	if len(stolen) < 50 {
		t.Fatalf("only %d values", len(stolen))
	}
	for where, value := range stolen {
		for _, secret := range append(strings.Fields(w.Code), words, reply, "なかまはずれ", w.Resume) {
			if bytes.Contains(value, []byte(secret)) {
				t.Errorf("%s says %q", where, secret)
			}
		}
	}
	if n := crack(stolen, func(where string, text []byte) { t.Errorf("%s opens: %d bytes", where, len(text)) }); n < 20_000 {
		t.Errorf("only %d ways were tried", n)
	}

	// It would find what was sealed carelessly: with the hash of something that lies beside it.
	sum := sha256.Sum256([]byte("the name of the city"))
	block, _ := aes.NewCipher(sum[:])
	gcm, _ := cipher.NewGCM(block)
	careless := map[string][]byte{"a": []byte("the name of the city"), "b": gcm.Seal([]byte("123456789012"), []byte("123456789012"), []byte("山田"), nil)}
	found := ""
	crack(careless, func(where string, text []byte) { found += where + string(text) })
	if found != "b山田" {
		t.Errorf("of what is sealed carelessly it finds %q", found)
	}
}

// loot is every value that lies in Redis, by where.
func loot(t *testing.T, client redis.UniversalClient) map[string][]byte {
	t.Helper()
	ctx := t.Context()
	all := map[string][]byte{}
	keep := func(where string, values ...string) {
		for i, v := range values {
			all[fmt.Sprintf("%s %d", where, i)] = []byte(v)
			if raw, err := hex.DecodeString(v); err == nil {
				all[fmt.Sprintf("%s %d, hex", where, i)] = raw
			}
			if raw, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(strings.NewReplacer("+", "-", "/", "_").Replace(v), "=")); err == nil {
				all[fmt.Sprintf("%s %d, base64", where, i)] = raw
			}
		}
	}
	keys := client.Scan(ctx, 0, "*", 1000).Iterator()
	for keys.Next(ctx) {
		k := keys.Val()
		keep("a name", k)
		switch kind := client.Type(ctx, k).Val(); kind {
		case "string":
			keep(k, client.Get(ctx, k).Val())
		case "hash":
			for field, value := range client.HGetAll(ctx, k).Val() {
				keep(k+" "+field, field, value)
			}
		case "list":
			keep(k, client.LRange(ctx, k, 0, -1).Val()...)
		case "set":
			keep(k, client.SMembers(ctx, k).Val()...)
		case "zset":
			keep(k, client.ZRange(ctx, k, 0, -1).Val()...)
		case "stream":
			for _, m := range client.XRange(ctx, k, "-", "+").Val() {
				for field, value := range m.Values {
					keep(k+" "+m.ID+" "+field, fmt.Sprint(value))
				}
			}
		case "none": // it has run out just now
		default:
			t.Errorf("%s is of a type that is not looked at: %s", k, kind)
		}
	}
	if err := keys.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

// crack tries every value as a key for every other, and returns how many ways it tried.
func crack(values map[string][]byte, opened func(where string, text []byte)) (tried int) {
	ciphers := map[[32]byte][]cipher.AEAD{}
	candidate := func(key []byte) {
		k := [32]byte(key)
		if ciphers[k] != nil {
			return
		}
		block, _ := aes.NewCipher(k[:])
		gcm, _ := cipher.NewGCM(block)
		short, _ := chacha20poly1305.New(k[:])
		long, _ := chacha20poly1305.NewX(k[:])
		ciphers[k] = []cipher.AEAD{gcm, short, long}
	}
	for _, v := range values {
		sum := sha256.Sum256(v)
		candidate(sum[:])
		if n := len(v); n >= 32 {
			candidate(v[:32])
			candidate(v[n-32:])
		} else if n >= 16 {
			candidate(slices.Concat(v, make([]byte, 32-n)))
		}
	}
	for where, v := range values {
		if len(v) < 28 || len(v) > 600 {
			continue
		}
		for _, aeads := range ciphers {
			for _, a := range aeads {
				for _, from := range []int{0, 1, 5} { // behind a version, or a library's prefix
					if len(v) < from+a.NonceSize()+a.Overhead()+1 {
						continue
					}
					tried++
					if text, err := a.Open(nil, v[from:from+a.NonceSize()], v[from+a.NonceSize():], nil); err == nil {
						opened(where, text)
					}
				}
			}
		}
	}
	return tried
}
