package staff

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net"
	"net/url"
	"slices"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"
)

// keeper is a passkey at rest.
type keeper struct {
	Credential webauthn.Credential `json:"credential"`
	Made       time.Time           `json:"made"`
}

// mostPasskeys is how many an account may have: a telephone, a key, a new telephone.
const mostPasskeys = 8

// newParty returns what passkeys are made for: the host of the staff pages. A host that is a bare address can have none
// (WebAuthn wants a name), and then it is nil.
func newParty(staffURL string) *webauthn.WebAuthn {
	u, err := url.Parse(staffURL)
	if err != nil || u.Hostname() == "" || net.ParseIP(u.Hostname()) != nil {
		return nil
	}
	party, err := webauthn.New(&webauthn.Config{RPID: u.Hostname(), RPDisplayName: issuer, RPOrigins: []string{u.Scheme + "://" + u.Host}})
	if err != nil {
		return nil
	}
	return party
}

// holder is an account as webauthn asks of it. Its id is the account's keyed digest, which names nobody.
type holder struct {
	name string
	r    record
}

func (h holder) WebAuthnID() []byte          { return []byte(h.name) }
func (h holder) WebAuthnName() string        { return h.r.Login }
func (h holder) WebAuthnDisplayName() string { return h.r.Login }
func (h holder) WebAuthnCredentials() []webauthn.Credential {
	var all []webauthn.Credential
	for _, k := range h.r.Passkeys {
		all = append(all, k.Credential)
	}
	return all
}

// Passkeys reports whether the pages' address can have passkeys.
func (a *Accounts) Passkeys() bool { return a.party != nil }

// BeginPasskey returns the options for making a passkey, as JSON for the browser, and what it brings back with the result.
func (a *Accounts) BeginPasskey(ctx context.Context, login string) (options []byte, state string, err error) {
	name := a.name(fold(login))
	r, _, err := a.read(ctx, name)
	if err == nil && (a.party == nil || r.Disabled || len(r.Passkeys) >= mostPasskeys) {
		err = ErrInvalid
	}
	if err != nil {
		return nil, "", err
	}
	h := holder{name, r}
	creation, session, err := a.party.BeginRegistration(h,
		webauthn.WithAuthenticatorSelection(protocol.AuthenticatorSelection{ResidentKey: protocol.ResidentKeyRequirementRequired,
			UserVerification: protocol.VerificationRequired}),
		webauthn.WithExclusions(webauthn.Credentials(h.WebAuthnCredentials()).CredentialDescriptors()))
	if err != nil {
		return nil, "", ErrInvalid
	}
	return a.options(creation.Response, "make", session)
}

// FinishPasskey takes in what the browser made. The person's other sessions end; they themselves have signed in strongly.
func (a *Accounts) FinishPasskey(ctx context.Context, login, state string, made []byte) (Person, error) {
	var session webauthn.SessionData
	parsed, err := protocol.ParseCredentialCreationResponseBytes(made)
	if err != nil || a.party == nil || a.opened("passkey/make", state, &session) != nil {
		return Person{}, ErrUnknown
	}
	if err := a.once(ctx, session.Challenge); err != nil {
		return Person{}, err
	}
	name := a.name(fold(login))
	r, err := a.change(ctx, name, func(r *record) error {
		c, err := a.party.CreateCredential(holder{name, *r}, session, parsed)
		if err != nil || r.Disabled || len(r.Passkeys) >= mostPasskeys {
			return ErrUnknown
		}
		r.Passkeys = append(slices.Clone(r.Passkeys), keeper{*c, a.now()})
		r.Stamp = newStamp()
		return nil
	})
	return a.strongly(ctx, r, err)
}

// RemovePasskey takes one away. The person's other sessions end.
func (a *Accounts) RemovePasskey(ctx context.Context, login, id string) (Person, error) {
	r, err := a.change(ctx, a.name(fold(login)), func(r *record) error {
		r.Passkeys = slices.DeleteFunc(slices.Clone(r.Passkeys), func(k keeper) bool {
			return base64.RawURLEncoding.EncodeToString(k.Credential.ID) == id
		})
		r.Stamp = newStamp()
		return nil
	})
	return r.person(), err
}

// AskPasskey returns the options for signing in with any passkey, and what the browser brings back with the result.
func (a *Accounts) AskPasskey() (options []byte, state string, err error) {
	if a.party == nil {
		return nil, "", ErrInvalid
	}
	assertion, session, err := a.party.BeginDiscoverableLogin(webauthn.WithUserVerification(protocol.VerificationRequired))
	if err != nil {
		return nil, "", ErrInvalid
	}
	return a.options(assertion.Response, "sign", session)
}

// ByPasskey signs in with what the browser signed: once, within five minutes. It fails with ErrUnknown for every reason
// alike.
func (a *Accounts) ByPasskey(ctx context.Context, state string, signed []byte) (Person, error) {
	var session webauthn.SessionData
	parsed, err := protocol.ParseCredentialRequestResponseBytes(signed)
	if err != nil || a.party == nil || a.opened("passkey/sign", state, &session) != nil {
		return Person{}, ErrUnknown
	}
	if err := a.once(ctx, session.Challenge); err != nil {
		return Person{}, err
	}
	name := string(parsed.Response.UserHandle)
	if raw, err := hex.DecodeString(name); err != nil || len(raw) != nameBytes {
		return Person{}, ErrUnknown
	}
	r, err := a.change(ctx, name, func(r *record) error {
		if r.Login == "" || r.Disabled {
			return ErrUnknown
		}
		_, c, err := a.party.ValidatePasskeyLogin(func(_, _ []byte) (webauthn.User, error) { return holder{name, *r}, nil }, session, parsed)
		if err != nil || c.Authenticator.CloneWarning {
			return ErrUnknown
		}
		r.Passkeys = slices.Clone(r.Passkeys)
		for i := range r.Passkeys {
			if string(r.Passkeys[i].Credential.ID) == string(c.ID) {
				r.Passkeys[i].Credential = *c // with the new count of its use
			}
		}
		return nil
	})
	return a.strongly(ctx, r, err)
}

// options returns what goes to the browser.
func (a *Accounts) options(v any, label string, session *webauthn.SessionData) ([]byte, string, error) {
	session.Expires = a.now().Add(ticketLife)
	options, err := json.Marshal(v)
	if err != nil {
		return nil, "", ErrInvalid
	}
	state, err := a.closed("passkey/"+label, session)
	return options, state, err
}

// once lets a challenge pass one time.
func (a *Accounts) once(ctx context.Context, challenge string) error {
	key := "{staff}:spent:" + hex.EncodeToString(a.keys.Digest("challenge", challenge))
	fresh, err := a.client.SetNX(ctx, key, 1, 2*ticketLife).Result()
	if err != nil {
		return backend(ctx)
	}
	if !fresh {
		return ErrUnknown
	}
	return nil
}
