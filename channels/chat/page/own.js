// The seeker's own words on another day: hidden, and shown only to who has the PIN that she chose. What is shown goes with
// the page, and can be hidden again at once.

import { button, el, fill, newID, paragraphs, text } from '/chat/words.js';

const digits = (typed) => typed.normalize('NFKC').replace(/\s/g, '');
const fits = (pin) => /^[0-9]{4,8}$/.test(pin);

// why is the text for an answer that is not what was asked for.
const why = (f, otherwise) => text(!f || f.code === 'unavailable' ? 'say.pinAway' : f.code === 'slow_pin' ? 'say.pinSlow' : f.code === 'bad_pin' ? 'say.pinBad' : otherwise);

const field = (label, id) => [
  el('label', { className: 'field', htmlFor: id }, text(label)),
  el('input', { id, type: 'password', inputMode: 'numeric', maxLength: 8, autocomplete: 'off', className: 'pin' }),
];

// hidden fills a card for who came back with the code.
export function hidden(card, line, n, locked) {
  const closed = () => {
    const about = el('p', {}, fill(text('own.hidden'), { count: String(n) }));
    if (!locked) {
      card.replaceChildren(about);
      return;
    }
    const [label, input] = field('say.pin', 'own-pin');
    const said = el('p', { role: 'status' });
    const show = button('button.pinShow', async () => {
      const pin = digits(input.value);
      if (!fits(pin)) {
        said.replaceChildren(text('say.pinBad'));
        input.focus();
        return;
      }
      show.disabled = true;
      const f = await line.ask({ type: 'own', id: newID(), pin });
      show.disabled = false;
      input.value = '';
      if (f?.type === 'own') open(f.words ?? []);
      else said.replaceChildren(why(f, 'say.pinUnknown'));
    }, 'main');
    input.addEventListener('keydown', (e) => { if (e.key === 'Enter' && !e.isComposing) show.click(); });
    card.replaceChildren(about, el('p', {}, text('own.locked')), label, input, el('div', { className: 'row' }, show), said);
  };
  const open = (words) => {
    const hide = button('button.hide', closed);
    const list = words.map((w) => {
      const at = new Date(w.at);
      return el('div', { className: 'bubble mine' },
        el('p', { className: 'who' }, el('time', { dateTime: w.at }, `${at.getMonth() + 1}月${at.getDate()}日 ${at.getHours()}:${String(at.getMinutes()).padStart(2, '0')}`)),
        el('div', { className: 'said' }, paragraphs(w.text)));
    });
    const more = words.length === 0 ? 'own.none' : words.length < n ? 'own.part' : '';
    card.replaceChildren(...(more ? [el('p', {}, text(more))] : []), ...list, el('div', { className: 'row' }, hide));
    hide.focus({ preventScroll: true });
  };
  closed();
}

// choose sets up the screen on which a PIN is chosen or changed. words gives what the page still has, changing whether there
// is one already; done is called when it is set.
export function choose(place, line, { words, changing, done }) {
  const before = changing ? field('say.pinBefore', 'pin-before') : [];
  const [label, input] = field('say.pin', 'pin-new');
  input.type = 'text'; // it is copied by hand, and read once more
  const said = el('p', { role: 'status' });
  const set = button('button.pinSet', async () => {
    const pin = digits(input.value);
    const old = changing ? digits(before[1].value) : '';
    if (!fits(pin)) {
      said.replaceChildren(text('say.pinBad'));
      input.focus();
      return;
    }
    set.disabled = true;
    const f = await line.ask({ type: 'pin', id: newID(), pin, old, words: words() });
    set.disabled = false;
    if (f?.type === 'pin') done();
    else said.replaceChildren(why(f, changing ? 'say.pinUnknown' : 'say.pinHere'));
  }, 'main');
  place.replaceChildren(...before, label, input, el('div', { className: 'row' }, set), said);
}
