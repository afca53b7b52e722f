// A case: the conversation live, answers that are never lost, names opened one by one, keys for all of it.
import { composing, follow, page, say, send, typing } from '/static/live.js';

const holder = document.getElementById('case');
const base = holder.dataset.action;
const reply = document.getElementById('reply');
const text = document.getElementById('text');
const help = document.getElementById('help');
const why = document.getElementById('why');
let mode = holder.dataset.mode;

// ---- acts ------------------------------------------------------------------------------------------------------------

const dirty = () => [...document.querySelectorAll('textarea')].some((a) => a.value.trim() !== a.defaultValue.trim());

document.addEventListener('submit', async (e) => {
  const form = e.target;
  if (!('send' in form.dataset)) return;
  e.preventDefault();
  if (form.dataset.busy) return;
  form.dataset.busy = '1';
  const sent = new FormData(form, e.submitter);
  const done = await send(form.action, sent);
  delete form.dataset.busy;
  say(done.say, !done.ok);
  if (!done.ok) return;
  if (done.to && done.to !== base) { leaving = true; location.assign(done.to); return; }
  if (form.querySelector('textarea')) clear(form);
  if (form.id === 'interim') form.elements.id.value = crypto.getRandomValues(new Uint32Array(4)).join('-');
  if (form === reply) {
    form.elements.id.value = crypto.getRandomValues(new Uint32Array(4)).join('-');
    doing('reading');
  }
  const box = form.closest('details.card, details.fold');
  if (box) { box.open = false; box.querySelector('summary').focus(); }
  refresh();
});

function clear(form) {
  if ('keep' in form.dataset) form.querySelectorAll('textarea').forEach((a) => { a.defaultValue = a.value; }); // it stands as it was sent
  form.reset();
  const look = form.querySelector('.preview');
  if (look) look.replaceChildren();
  form.querySelectorAll('[data-go]').forEach((b) => { b.disabled = true; });
  when();
}

// Nothing goes to a child or a school that was not seen first, as it is.
document.addEventListener('click', async (e) => {
  const look = e.target.closest('[data-look]');
  if (!look) return;
  const form = look.closest('form');
  const box = form.querySelector('.preview');
  try {
    const fresh = await page(form.dataset.preview, new URLSearchParams(new FormData(form)).toString());
    const shown = fresh.querySelector('[data-region=preview]');
    box.replaceChildren(...[...shown.childNodes].map((n) => document.importNode(n, true)));
    form.querySelector('[data-go]').disabled = !shown.querySelector('.paper');
    box.scrollIntoView({ block: 'nearest' });
  } catch {
    say('いまは表示できません。書いたものはこの画面に残っています。', true);
  }
});
document.addEventListener('input', (e) => {
  const form = e.target.closest('form[data-preview]');
  if (form) { form.querySelector('[data-go]').disabled = true; form.querySelector('.preview').replaceChildren(); }
  when();
});

// when shows the fields that belong to what is chosen (name=a|b), or to anything else (name!a|b). What is hidden is neither
// sent nor chosen.
function when() {
  for (const part of document.querySelectorAll('[data-when]')) {
    const [, name, how, values] = /^([^=!]+)([=!])(.*)$/.exec(part.dataset.when);
    const form = part.closest('form');
    part.hidden = (how === '=') !== values.split('|').includes(String(new FormData(form).get(name)));
    for (const field of part.querySelectorAll('input, select, textarea')) field.disabled = part.hidden;
  }
  for (const part of document.querySelectorAll('[data-when]')) {
    const form = part.closest('form');
    for (const radio of part.querySelectorAll('input[type=radio]:checked:disabled')) {
      const other = [...form.elements].find((x) => x.name === radio.name && !x.disabled);
      if (other) { other.checked = true; when(); return; }
    }
  }
}
when();

// ---- the words behind placeholders -----------------------------------------------------------------------------------

const opened = new Map();

// show writes opened words beside their placeholders. They are kept in this page's memory only.
function show() {
  const may = !!document.getElementById('names-open');
  for (const ph of document.querySelectorAll('.ph')) {
    const key = ph.dataset.ph;
    if (opened.has(key)) {
      ph.textContent = '';
      const bare = document.createElement('bdi');
      bare.className = 'bare';
      bare.textContent = opened.get(key);
      ph.append(key, ' ', bare);
    } else if (may && !ph.closest('a')) {
      ph.tabIndex = 0;
      ph.setAttribute('role', 'button');
      ph.title = '元の言葉を開く';
    }
  }
}

// ask asks why, for a placeholder, or for a file that is called by that name; for neither, for all placeholders of the text.
function ask(placeholder, file) {
  document.getElementById('why-title').textContent = file ? '写真やファイルを二人で開く' : '記号の元の言葉を開く';
  document.getElementById('why-what').textContent = file ? `${file} を見ることを、もう一人に頼みます。` : placeholder ? `${placeholder} を開きます。` : '文の中の記号をすべて開きます。';
  why.querySelector('[value=open]').textContent = file ? '頼む' : '開く';
  why.returnValue = '';
  why.showModal();
  why.addEventListener('close', async () => {
    if (why.returnValue !== 'open') return;
    const reason = new FormData(why.querySelector('form')).get('why');
    const done = await send(`${base}/${placeholder ? 'reveals' : 'names'}`, placeholder ? { placeholder, reason } : { reason });
    say(done.say, !done.ok);
    for (const [key, value] of Object.entries(done.values || {})) opened.set(key, value);
    show();
    if (file) refresh();
  }, { once: true });
}

document.addEventListener('click', (e) => {
  if (e.target.closest('#names-open')) ask('');
  const contact = e.target.closest('[data-contact]');
  if (contact) ask(contact.dataset.contact);
  const file = e.target.closest('[data-ask]');
  if (file) ask(file.dataset.ask, file.dataset.name);
  const ph = e.target.closest('.ph[role=button]');
  if (ph && !opened.has(ph.dataset.ph)) ask(ph.dataset.ph);
});

// ---- what the child is shown -----------------------------------------------------------------------------------------

let worked = Date.now(), typed = 0, shown = '';

// doing says what is true: reading while this page is in sight, writing while keys are pressed. It goes out by itself.
async function doing(what) {
  if (holder.dataset.joined !== 'true') return;
  shown = what;
  try {
    await fetch(`${base}/doing`, { method: 'POST', body: new URLSearchParams({ doing: what }), keepalive: what === 'waiting' });
  } catch { /* the child's page falls back to waiting by itself */ }
}

function present() { return !document.hidden && document.hasFocus(); }

// A person who has not touched anything for three minutes is not reading.
setInterval(() => {
  const now = Date.now();
  if (present() && now - worked < 180000) doing(now - typed < 15000 ? 'writing' : 'reading');
  else if (shown && shown !== 'waiting') doing('waiting');
}, 12000);
for (const kind of ['keydown', 'pointerdown', 'pointermove', 'wheel', 'touchstart']) {
  document.addEventListener(kind, () => { worked = Date.now(); }, { passive: true });
}
if (text) {
  text.addEventListener('input', () => {
    if (text.value === '') return;
    const before = typed;
    typed = Date.now();
    if (typed - before > 15000) doing('writing');
  });
}
let leaving = false;
window.addEventListener('pagehide', () => doing('waiting'));
window.addEventListener('beforeunload', (e) => { if (dirty() && !leaving) e.preventDefault(); });
if (present()) doing('reading');

// ---- keys ------------------------------------------------------------------------------------------------------------

function openNote() {
  const box = document.getElementById('note-box');
  if (!box) return;
  box.open = true;
  document.getElementById('note').focus();
}

document.addEventListener('keydown', (e) => {
  if (composing(e) || e.ctrlKey || e.metaKey || e.altKey || help.open || why.open) return;
  if ((e.key === 'Enter' || e.key === ' ') && e.target.matches('.ph[role=button]')) { e.preventDefault(); e.target.click(); return; }
  if (typing(e)) {
    if (e.key === 'Escape') { e.target.blur(); document.getElementById('main').focus(); }
    return;
  }
  switch (e.key) {
    case 'c': { const button = document.getElementById('claim'); if (!button) return; button.form.requestSubmit(); break; }
    case 'r': if (!text) return; text.focus(); text.scrollIntoView({ block: 'center' }); break;
    case 'i': { const form = document.getElementById('interim'); if (!form) return; form.requestSubmit(); break; }
    case 'n': openNote(); break;
    case 'q': location.assign('/queue'); break;
    case '?': help.showModal(); break;
    default: return;
  }
  e.preventDefault();
});

// ---- live ------------------------------------------------------------------------------------------------------------

const line = document.querySelector('.timeline');
const low = () => line.scrollHeight - line.scrollTop - line.clientHeight < 80;
const down = () => { line.scrollTop = line.scrollHeight; };
let atEnd = true;
line.addEventListener('scroll', () => { atEnd = low(); }, { passive: true });

const refresh = follow(`${base}/events`, true, (fresh, news) => {
  show();
  if (atEnd) down();
  if (news.some((key) => line.querySelector(`.seeker[data-key="${CSS.escape(key)}"]`))) say('相談者から新しいメッセージがあります。');
  if (holder.dataset.mode === mode) return;
  if (!dirty()) { leaving = true; location.reload(); return; }
  mode = holder.dataset.mode;
  say('この事案の担当が変わりました。書きかけの文は残っています。写してから、画面を読み直してください。', true);
});
show();
down();
