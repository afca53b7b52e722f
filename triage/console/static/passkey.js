// Passkeys: the browser asks the server for a challenge, the person's own device answers it.

const place = document.querySelector('[data-passkey]');
const said = document.getElementById('passkey-said');

function tell(text) {
  said.textContent = text;
  said.hidden = false;
}

// post sends a form and returns what the server answers, or null.
async function post(url, fields = {}) {
  try {
    const answer = await fetch(url, { method: 'POST', body: new URLSearchParams(fields), headers: { Accept: 'application/json' }, cache: 'no-store' });
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}

async function sign() {
  const asked = await post('/sign-in/passkey/options');
  if (!asked) return tell('いまはパスキーを使えません。パスワードでサインインしてください。');
  let signed;
  try {
    signed = await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(asked.options) });
  } catch {
    return tell('パスキーを確かめられませんでした。もう一度か、パスワードでお願いします。');
  }
  const done = await post('/sign-in/passkey', { state: asked.state, signed: JSON.stringify(signed.toJSON()) });
  if (done) location.replace(done.to);
  else tell('そのパスキーは、ここでは使えません。');
}

async function make() {
  const asked = await post('/security/passkeys/options');
  if (!asked) return tell('いまは作れません。少し待って、もう一度お願いします。');
  let made;
  try {
    made = await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(asked.options) });
  } catch {
    return tell('パスキーは作られませんでした。');
  }
  const done = await post('/security/passkeys', { state: asked.state, made: JSON.stringify(made.toJSON()) });
  if (done) location.replace(done.to);
  else tell('そのパスキーは登録できませんでした。');
}

if (place && window.PublicKeyCredential?.parseRequestOptionsFromJSON) {
  place.hidden = false;
  place.querySelector('button').addEventListener('click', place.dataset.passkey === 'sign' ? sign : make);
}
