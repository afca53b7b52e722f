// Who came or phoned, written down by keyboard in less than a minute. What is typed stays in this page, and only here,
// until the desk has it: through a lost connection, an expired sign-in or a refusal. The same entry sent twice is one.
import { composing, say, send } from '/static/live.js';

const $ = (id) => document.getElementById(id);
const form = $('visit-form');
const wrong = $('wrong');
const words = form.elements.text;

const chosen = (name) => new FormData(form).get(name) ?? '';
const dirty = () => !form.hidden && ['text', 'contact', 'call_me'].some((n) => form.elements[n].value.trim() !== '');

// ---- choosing --------------------------------------------------------------------------------------------------------

// A digit chooses and goes on to the next group, so that the hands never leave the keys. It does so as it is let go: else its
// character would land in the field that comes next.
const pressed = new Set();
form.addEventListener('keydown', (e) => {
  if (!e.target.closest('[data-pick]') || composing(e) || e.ctrlKey || e.altKey || e.metaKey || !/^[0-9]$/.test(e.key)) return;
  e.preventDefault();
  pressed.add(e.key);
});
form.addEventListener('keyup', (e) => {
  const group = e.target.closest('[data-pick]');
  if (!pressed.delete(e.key) || !group) return;
  const options = [...group.querySelectorAll('input')];
  if (e.key === '0') options.forEach((o) => { o.checked = false; });
  const option = options[Number(e.key) - 1];
  if (!option && e.key !== '0') return;
  if (option) option.checked = true;
  form.dispatchEvent(new Event('change'));
  onward(group);
});

// onward goes to the first field after a group that can be seen.
function onward(group) {
  const fields = [...form.elements].filter((f) => f.tagName !== 'FIELDSET' && f.type !== 'hidden' && f.offsetParent !== null);
  const last = fields.findLastIndex((f) => group.contains(f));
  const next = fields[last + 1];
  if (!next) return;
  const box = next.closest('[data-pick]');
  ((box && box.querySelector('input:checked')) || next).focus();
}

function when() {
  $('danger').hidden = chosen('safe') !== 'no';
  $('calls').hidden = chosen('call') !== 'yes';
  for (const d of document.querySelectorAll('.other-window')) d.hidden = chosen('window') !== 'other';
}
form.addEventListener('change', when);
form.elements.clock.addEventListener('input', () => {
  if (form.elements.clock.value && form.elements.day.value === '') form.elements.day.value = '0';
});

// ---- sending ---------------------------------------------------------------------------------------------------------

form.addEventListener('submit', async (e) => {
  e.preventDefault();
  if (form.dataset.busy) return;
  form.dataset.busy = '1';
  const button = form.querySelector('.save button');
  button.disabled = true;
  const done = await send(form.action, new FormData(form));
  delete form.dataset.busy;
  button.disabled = false;
  if (!done.ok) {
    refused(done);
    return;
  }
  say('');
  $('lost').hidden = true;
  entered(done);
});

function refused(done) {
  const how = {
    401: 'まだ記録していません。サインインの時間が切れました。別のタブでサインインしてから、もう一度「記録する」を押してください。書いたものは、この画面に残っています。',
    0: 'まだ記録していません。つながっていません。書いたものは、この画面に残っています。つながったら、もう一度「記録する」を押してください。',
  };
  const into = form.elements.case.value !== '' && (done.status === 403 || done.status === 404);
  wrong.textContent = how[done.status] ?? (into
    ? 'まだ記録していません。この事案には加えられません。担当が変わったのかもしれません。「新しい事案にする」を押すと、新しく記録できます。'
    : `まだ記録していません。${done.say}`);
  wrong.hidden = false;
  if (into) $('as-new').focus();
  else words.focus();
}

function entered(done) {
  const channel = chosen('channel');
  $('entered-number').textContent = done.number;
  const sev = $('entered-severity');
  sev.textContent = done.severity ? done.word : '';
  sev.className = `sev sev-${done.severity}`;
  sev.hidden = !done.severity;
  $('entered-danger').hidden = done.severity !== 'emergency';
  $('entered-case').hidden = !done.to;
  if (done.to) $('entered-case').href = done.to;
  form.reset();
  for (const n of ['text', 'contact', 'call_me', 'from', 'until', 'clock', 'case']) form.elements[n].value = '';
  form.elements.channel.value = channel;
  form.elements.id.value = done.next;
  if ($('into')) $('into').hidden = true;
  wrong.hidden = true;
  when();
  form.hidden = true;
  $('entered').hidden = false;
  $('again').focus();
}

$('again').addEventListener('click', () => {
  $('entered').hidden = true;
  form.hidden = false;
  words.focus();
});

$('as-new')?.addEventListener('click', () => {
  form.elements.case.value = '';
  $('into').hidden = true;
  wrong.hidden = true;
  words.focus();
});

window.addEventListener('beforeunload', (e) => { if (dirty()) e.preventDefault(); });
when();
