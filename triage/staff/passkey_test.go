package staff_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"

	"madoguchi/triage"
	"madoguchi/triage/seal"
	"madoguchi/triage/staff"
)

const pages = "https://desk.example.jp"

// authenticator is a person's device: one passkey, made and used by hand, so that a test can send whatever it likes.
type authenticator struct {
	t      *testing.T
	key    *ecdsa.PrivateKey
	id     []byte
	person []byte // the handle that the desk gave
	count  uint32
	origin string
}

func newAuthenticator(t *testing.T) *authenticator {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return &authenticator{t: t, key: key, id: []byte("a credential of 24 bytes"), origin: pages}
}

// data is what a device says of itself: whose passkey, that the person was there and was known, and how often it was used.
func (a *authenticator) data(more ...byte) []byte {
	host := sha256.Sum256([]byte("desk.example.jp"))
	flags := byte(0x05) // present, verified
	if len(more) > 0 {
		flags |= 0x40 // a new passkey follows
	}
	a.count++
	return append(binary.BigEndian.AppendUint32(append(host[:], flags), a.count), more...)
}

// asks is what the browser is asked.
type asks struct {
	Challenge string              `json:"challenge"`
	User      struct{ ID string } `json:"user"`
}

func (a *authenticator) asked(options []byte) (q asks) {
	a.t.Helper()
	if err := json.Unmarshal(options, &q); err != nil || q.Challenge == "" {
		a.t.Fatalf("%s: %v", options, err)
	}
	return q
}

func (a *authenticator) client(use, challenge string) []byte {
	return []byte(`{"type":"webauthn.` + use + `","challenge":"` + challenge + `","origin":"` + a.origin + `","crossOrigin":false}`)
}

var text = base64.RawURLEncoding

func (a *authenticator) answer(response map[string]string) []byte {
	a.t.Helper()
	out, err := json.Marshal(map[string]any{"id": text.EncodeToString(a.id), "rawId": text.EncodeToString(a.id), "type": "public-key", "response": response})
	if err != nil {
		a.t.Fatal(err)
	}
	return out
}

// makes is what the browser brings back of a new passkey, in CBOR where WebAuthn wants that.
func (a *authenticator) makes(options []byte) []byte {
	q := a.asked(options)
	handle, err := text.DecodeString(q.User.ID)
	if err != nil {
		a.t.Fatal(err)
	}
	a.person = handle
	point, err := a.key.PublicKey.Bytes() // 4, x, y
	if err != nil {
		a.t.Fatal(err)
	}
	cose := bytes.Join([][]byte{{0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20}, point[1:33], {0x22, 0x58, 0x20}, point[33:]}, nil)
	data := a.data(bytes.Join([][]byte{make([]byte, 16), binary.BigEndian.AppendUint16(nil, uint16(len(a.id))), a.id, cose}, nil)...)
	object := bytes.Join([][]byte{{0xa3, 0x63}, []byte("fmt"), {0x64}, []byte("none"), {0x67}, []byte("attStmt"), {0xa0, 0x68}, []byte("authData"), {0x58, byte(len(data))}, data}, nil)
	return a.answer(map[string]string{"clientDataJSON": text.EncodeToString(a.client("create", q.Challenge)), "attestationObject": text.EncodeToString(object)})
}

// signs is what the browser brings back of a sign-in.
func (a *authenticator) signs(options []byte) []byte {
	client, data := a.client("get", a.asked(options).Challenge), a.data()
	hash := sha256.Sum256(client)
	all := sha256.Sum256(append(bytes.Clone(data), hash[:]...))
	signature, err := ecdsa.SignASN1(rand.Reader, a.key, all[:])
	if err != nil {
		a.t.Fatal(err)
	}
	return a.answer(map[string]string{"clientDataJSON": text.EncodeToString(client), "authenticatorData": text.EncodeToString(data),
		"signature": text.EncodeToString(signature), "userHandle": text.EncodeToString(a.person)})
}

// passkeyed is a desk where kato has a passkey.
func passkeyed(t *testing.T) (*room, *authenticator) {
	t.Helper()
	server := miniredis.RunT(t)
	client := redis.NewClient(&redis.Options{Addr: server.Addr(), MaxRetries: -1})
	t.Cleanup(func() { client.Close() })
	r := &room{server: server, now: time.Now()} // what is signed is judged by the machine's own time
	r.Accounts = staff.New(staff.Config{Client: client, Keys: seal.New(), URL: pages, Now: func() time.Time { return r.now }})
	link, err := r.Create(t.Context(), "kato", triage.Coordinator, "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Enrol(t.Context(), link, good); err != nil {
		t.Fatal(err)
	}
	a := newAuthenticator(t)
	options, state, err := r.BeginPasskey(t.Context(), "kato")
	if err != nil {
		t.Fatal(err)
	}
	made := a.makes(options)
	if p, err := r.FinishPasskey(t.Context(), "kato", state, made); err != nil || !p.Strong {
		t.Fatalf("%+v, %v", p, err)
	}
	_, err = r.FinishPasskey(t.Context(), "kato", state, made)
	want(t, "the same passkey made twice", err, staff.ErrUnknown)
	return r, a
}

func (r *room) asks(t *testing.T) (options []byte, state string) {
	t.Helper()
	options, state, err := r.AskPasskey()
	if err != nil {
		t.Fatal(err)
	}
	return options, state
}

// What a passkey signed signs in once: not a second time, not for another question, not later, not for other pages, and not
// by a copy of the device.
func TestAPasskeySignsOnce(t *testing.T) {
	r, a := passkeyed(t)
	ctx := t.Context()
	options, state := r.asks(t)
	signed := a.signs(options)
	if p, err := r.ByPasskey(ctx, state, signed); err != nil || !p.Strong || p.Login != "kato" {
		t.Fatalf("%+v, %v", p, err)
	}
	_, other := r.asks(t)
	for what, state := range map[string]string{"again": state, "for another question": other, "for none": "", "for a torn one": state[:len(state)-2]} {
		_, err := r.ByPasskey(ctx, state, signed)
		want(t, what, err, staff.ErrUnknown)
	}

	changed := func(change func(map[string]string)) error {
		options, state := r.asks(t)
		var whole struct{ Response map[string]string }
		if err := json.Unmarshal(a.signs(options), &whole); err != nil {
			t.Fatal(err)
		}
		change(whole.Response)
		_, err := r.ByPasskey(ctx, state, a.answer(whole.Response))
		return err
	}
	want(t, "as it is", changed(func(map[string]string) {}), nil)
	for what, change := range map[string]func(map[string]string){
		"for another person": func(r map[string]string) { r["userHandle"] = text.EncodeToString(make([]byte, len(a.person))) },
		"for nobody":         func(r map[string]string) { delete(r, "userHandle") },
		"with a signature of before": func(r map[string]string) {
			var old struct{ Response map[string]string }
			_ = json.Unmarshal(signed, &old) // it was made above
			r["signature"] = old.Response["signature"]
		},
		"without that the person was known": func(r map[string]string) {
			data, _ := text.DecodeString(r["authenticatorData"]) // it was made above
			data[32] &^= 0x04
			r["authenticatorData"] = text.EncodeToString(data)
		},
	} {
		want(t, what, changed(change), staff.ErrUnknown)
	}

	a.origin = "https://desk.example.jp.evil.example"
	want(t, "on other pages", changed(func(map[string]string) {}), staff.ErrUnknown)
	a.origin = pages
	now := a.count
	a.count = 1
	want(t, "by a copy of the device, whose count is behind", changed(func(map[string]string) {}), staff.ErrUnknown)
	a.count = now
	want(t, "by the device itself", changed(func(map[string]string) {}), nil)

	r.now = time.Now().Add(-10 * time.Minute)
	options, state = r.asks(t)
	r.now = time.Now()
	_, err := r.ByPasskey(ctx, state, a.signs(options))
	want(t, "ten minutes after it was asked", err, staff.ErrUnknown)
	options, state = r.asks(t)
	if err := r.Disable(ctx, "kato"); err != nil {
		t.Fatal(err)
	}
	_, err = r.ByPasskey(ctx, state, a.signs(options))
	want(t, "with an account that is closed", err, staff.ErrUnknown)
}

// Where a passkey is, the password alone opens nothing.
func TestAPasswordBesideAPasskey(t *testing.T) {
	r, _ := passkeyed(t)
	p, err := r.SignIn(t.Context(), "kato", good)
	want(t, "the password alone", err, staff.ErrPasskey)
	if p != (staff.Person{}) {
		t.Errorf("it is told who: %+v", p)
	}
	_, err = r.SignIn(t.Context(), "kato", good+"x")
	want(t, "a wrong password", err, staff.ErrUnknown)
}
