// The talk: bubbles, cards and questions in the log.

import { Gallery } from '/chat/gallery.js';
import { Wait } from '/chat/wait.js';
import { button, el, fill, newID, paragraphs, pieces, text } from '/chat/words.js';

const longest = 4000; // code points of one message
const codeShown = 2 * 60 * 1000; // milliseconds that a code stays open: long enough to copy it by hand
const lateAfter = 20 * 60 * 1000; // milliseconds after which the page says sorry where the desk has not said how long it may take

const clock = (at) => {
  const then = new Date(at);
  const time = `${then.getHours()}:${String(then.getMinutes()).padStart(2, '0')}`;
  return then.toDateString() === new Date().toDateString() ? time : `${then.getMonth() + 1}月${then.getDate()}日 ${time}`;
};

// codeBox shows a code: its text, the words one by one, the digits behind a switch. It hides itself after a while.
export function codeBox(code, done) {
  const place = el('div', { className: 'code' });
  const close = button('button.copied', () => done(), 'main');
  const show = button('button.open', () => open());
  let digits = false;
  let timer = 0;
  const list = () => (digits
    ? el('span', { className: 'digits' }, ...(code.digits.match(/.{1,3}/g) ?? []).map((d) => el('span', {}, d)))
    : el('span', { className: 'words' }, ...code.words.split(/\s+/).map((w) => el('span', {}, w))));
  const hide = () => {
    clearTimeout(timer);
    place.replaceChildren(show);
  };
  function open() {
    const card = fill(text('code.page'), { code: list() });
    const swap = button(digits ? 'button.words' : 'button.digits', () => {
      digits = !digits;
      open();
    }, 'quiet');
    place.replaceChildren(card, el('div', { className: 'row' }, close, swap));
    clearTimeout(timer);
    timer = setTimeout(hide, codeShown);
  }
  open();
  return { place, hide };
}

export class Talk {
  #log;
  #line;
  #views;
  #code = null;
  copied = false; // the code, as the seeker said
  #open = true;
  #hours = '';
  #asked = false; // something was acknowledged
  #held = false;
  #late = 0;
  #questions = new Map();
  #words = new Map(); // what was taken in, as long as the page is open
  #gallery;
  wait; // how long it may take

  constructor(log, line, views) {
    this.#log = log;
    this.#line = line;
    this.#views = views;
    this.#gallery = new Gallery(this, line, views);
    this.wait = new Wait((...children) => this.card(...children));
  }

  clear() {
    this.#gallery.clear();
    this.wait.clear();
    this.#log.replaceChildren();
    this.#code = null;
    this.copied = false;
    this.#asked = this.#held = false;
    this.#hours = '';
    this.#questions.clear();
    this.#words.clear();
    clearTimeout(this.#late);
  }

  get code() { return this.#code; }

  // words are what the seeker wrote on this page and did not take back: the latest, as many as one frame may carry.
  get words() {
    const latest = [];
    let room = 44 * 1024;
    for (const w of [...this.#words.values()].reverse()) {
      room -= new TextEncoder().encode(JSON.stringify(w)).length + 1;
      if (room < 0) break;
      latest.unshift(w);
    }
    return latest;
  }

  get written() { return this.#asked; }

  get open() { return this.#open; }

  welcome(f) {
    if (f.code) this.#code = { words: f.code, digits: f.digits ?? '' };
    this.#open = f.open;
  }

  // card adds a card to the log.
  card(...children) {
    const c = el('div', { className: 'card' }, ...children);
    this.#add(c);
    return c;
  }

  // add puts something at the end of the log, and shows its beginning to whoever was reading the end.
  #add(node) {
    const low = innerHeight + scrollY > document.documentElement.scrollHeight - 200;
    this.#log.append(node);
    if (low) this.#reveal(node);
  }

  #reveal(node) {
    node.scrollIntoView({ block: node.offsetHeight > innerHeight * 0.45 ? 'start' : 'nearest' });
  }

  // write sends what somebody wrote, in parts if it is long.
  write(whole, extra) {
    const parts = pieces(whole, longest);
    parts.forEach((part, i) => this.#bubble(part, i === 0 ? extra : {}));
    if (parts.length > 1) this.#views.say('say.split');
  }

  #bubble(words, extra) {
    const { bubble, deliver } = this.mine(el('p', { className: 'said' }, words));
    this.#reveal(bubble);
    deliver({ type: 'message', id: newID(), text: words, ...extra });
  }

  // mine adds a bubble of the seeker's own. deliver sends its frame and shows what becomes of it; gone is called where the
  // desk no longer has what the frame names.
  mine(content) {
    const state = el('p', { className: 'state' });
    const undo = el('div', { className: 'undo' });
    const bubble = el('div', { className: 'bubble mine' }, el('p', { className: 'unseen' }, text('say.you')), content, state, undo);
    this.#log.append(bubble);
    const deliver = (frame, gone = () => {}) => {
      let now = '';
      this.#line.send(frame, (told) => {
        if (told === now) return;
        if (told === 'gone') {
          gone();
          return;
        }
        const before = now;
        now = told;
        state.replaceChildren(text(`state.${told}`));
        state.classList.toggle('failed', told === 'failed');
        if (told === 'failed') {
          state.append(' ', button('button.again', () => this.#line.again(), 'quiet'), el('span', { className: 'block' }, text('unavailable')));
          this.#reveal(bubble);
        }
        if (before !== '' && told !== 'sending') this.#views.say(`state.${told}`);
        if (told === 'stored' || told === 'held') {
          if (frame.text) this.#words.set(frame.id, { id: frame.id, text: frame.text, at: new Date().toISOString() });
          this.#undo(bubble, undo, frame.id);
        }
      });
    };
    return { bubble, state, deliver };
  }

  // undo offers to take a message back: a quiet button, then one question.
  #undo(bubble, place, id) {
    const offer = () => place.replaceChildren(button('button.unsend', ask, 'quiet'));
    const ask = () => {
      const no = button('button.unsendNo', () => {
        offer();
        place.firstElementChild.focus();
      }, 'main');
      place.replaceChildren(el('div', { className: 'asked', role: 'group', 'aria-label': text('button.unsend').textContent },
        text('unsend.ask'), el('div', { className: 'row' }, button('button.unsendYes', take), no)));
      this.#reveal(bubble);
      no.focus();
    };
    const take = () => {
      place.replaceChildren(el('p', { className: 'state' }, text('state.unsending')));
      this.#line.send({ type: 'unsend', id }, (told) => {
        if (told === 'failed') {
          place.replaceChildren(el('p', { className: 'state failed' }, text('state.unsendFailed'), ' ', button('button.again', () => this.#line.again(), 'quiet')));
        } else if (told === 'sending') {
          place.replaceChildren(el('p', { className: 'state' }, text('state.unsending')));
        } else {
          const key = told === 'held' ? 'state.unsentHeld' : 'state.unsent';
          bubble.replaceChildren(el('p', { className: 'unseen' }, text('say.you')), el('p', { className: 'said' }, text(key)));
          bubble.classList.add('taken');
          bubble.tabIndex = -1;
          bubble.focus({ preventScroll: true });
          this.#words.delete(id);
          this.#gallery.sweep();
          this.#views.say(key);
        }
      });
    };
    offer();
    if (bubble === this.#log.lastElementChild) this.#reveal(bubble);
  }

  // pictures asks for pictures to send; the first time it says before what becomes of them.
  pictures(input) { this.#gallery.ask(input); }

  // look shows pictures that were chosen before they go.
  look(files, input) { this.#gallery.look(files, input); }

  // acknowledged: something is durable. What is said then depends on whether somebody is there.
  acknowledged(f) {
    const first = !this.#asked;
    const before = this.#log.lastElementChild;
    this.#asked = true;
    if (f.open !== undefined) this.#open = f.open;
    if (f.state === 'held' && !this.#held) {
      this.#held = true;
      this.card(text('held'));
    }
    if (f.hours && f.hours !== this.#hours && !f.answer) {
      this.#hours = f.hours;
      this.card(paragraphs(f.hours), button('button.numbers', () => this.#views.numbers()));
    } else if (first && this.#open && f.state !== 'held' && !f.answer) {
      this.card(text('wait.open'));
    }
    if (first && this.#code) this.#showCode();
    if (first) before?.nextElementSibling?.scrollIntoView({ block: 'start' }); // what became of it comes before the code
    clearTimeout(this.#late);
    if (this.#open) this.#late = setTimeout(() => { if (this.#open && !this.wait.known) this.wait.sorry(); }, lateAfter);
  }

  #showCode() {
    const box = codeBox(this.#code, () => {
      this.copied = true;
      card.replaceChildren(el('p', {}, text('say.copied')));
      this.#views.focusWords();
    });
    const card = this.card(box.place);
    this.#views.codeKnown();
  }

  // message shows what the desk says.
  message(f) {
    clearTimeout(this.#late);
    if (f.from === 'counselor') this.wait.over();
    this.#add(el('div', { className: 'bubble theirs' },
      el('p', { className: 'who' }, text(f.from === 'counselor' ? 'say.counselor' : 'say.desk'), ' ', el('time', { dateTime: f.at }, clock(f.at))),
      el('div', { className: 'said' }, paragraphs(f.text))));
  }

  // question shows what the desk asks; closed at first where somebody came back with a code, who may not be alone.
  question(f, folded) {
    if (this.#questions.has(f.id)) return;
    const card = el('div', { className: 'card question', role: 'group', 'aria-label': text('head.question').textContent });
    this.#questions.set(f.id, card);
    const open = () => {
      const values = { school: f.school, words: el('span', { className: 'exactly' }, f.text) };
      const answers = el('div', { className: 'answers' });
      const said = el('div', { className: 'answered', role: 'status' });
      card.replaceChildren(fill(text(f.family ? 'consent.guardian' : f.level === 'named' ? 'consent.named' : 'consent.anonymous'), values), answers, said);
      this.#offer(f, answers, said, ['yes', 'change', 'later', 'no']);
    };
    if (folded) card.replaceChildren(el('p', {}, text('head.question')), button('button.open', open));
    else open();
    this.#add(card);
  }

  #offer(f, answers, said, choices) {
    const labels = { yes: 'button.yes', change: 'button.change', later: 'button.unsure', no: 'button.no', withdraw: 'button.withdraw' };
    const answer = (choice) => {
      const value = choice === 'withdraw' ? 'no' : choice;
      for (const b of answers.querySelectorAll('button')) b.disabled = true;
      this.#line.send({ type: 'consent', id: f.id, answer: value }, (told) => {
        if (told === 'stored' || told === 'held') {
          const key = choice === 'withdraw' ? 'say.withdrawn' : `say.${choice}`;
          said.replaceChildren(text(f.family && (choice === 'yes' || choice === 'withdraw') ? `${key}.family` : key));
          this.#offer(f, answers, said, { yes: ['withdraw'], no: [], withdraw: [] }[choice] ?? ['yes', 'no']);
          if (choice === 'change') this.#views.focusWords();
          return;
        }
        said.replaceChildren(text(`state.${told}`));
        if (told === 'failed') said.append(' ', button('button.again', () => this.#line.again(), 'quiet'));
      });
    };
    answers.replaceChildren(...choices.map((c) => button(labels[c], () => answer(c))));
  }
}
