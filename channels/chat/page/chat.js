// The page: which screen is seen, and what the buttons do. Nothing is kept but in this page's memory, and nothing is put
// into the history.

import { arm, cover } from '/chat/exit.js';
import { Line } from '/chat/line.js';
import { choose, hidden } from '/chat/own.js';
import { Talk, codeBox } from '/chat/talk.js';
import { el, ruby, text } from '/chat/words.js';

const $ = (id) => document.getElementById(id);
const words = $('words');
const status = $('status');

let link = new URLSearchParams(location.hash.slice(1)).get('k') ?? '';
history.replaceState(null, '', location.pathname);
document.documentElement.classList.add('scripted');

let view = 'start';
let before = 'start';
let codeAgain = null;
let came = ''; // how the seeker came in: code, link or ''
let desk = 'waiting';
let withheld = ''; // what is said of danger, until something is written here
let answered = false;
let lost = false;
let composing = false;
let locked = false; // a PIN opens what the seeker wrote

function show(name) {
  if (view === 'code-again') {
    codeAgain?.hide();
    $('code-here').replaceChildren();
  }
  if (name !== view && view !== 'formal' && name !== 'formal') before = view;
  view = name;
  for (const section of document.querySelectorAll('.view')) section.hidden = section.id !== name;
  document.body.dataset.view = name;
  scrollTo({ top: name === 'chat' ? document.documentElement.scrollHeight : 0 });
  $(name).querySelector('h1').focus({ preventScroll: true });
  $('show-code').hidden = name !== 'chat' || !talk.code || !talk.written;
}

const views = {
  say: (key) => $('spoken').replaceChildren(text(key)),
  numbers: () => show('numbers'),
  focusWords: () => words.focus(),
  focusPictures: () => $('to-picture').focus({ preventScroll: true }),
  codeKnown: () => { $('show-code').hidden = view !== 'chat'; },
};

const tell = (place, key) => {
  place.replaceChildren(text(key));
  place.hidden = false;
};

const line = new Line({
  ready(f, asked) {
    talk.welcome(f);
    lost = false;
    if (asked === 'code' || asked === 'link') {
      if (view === 'enter' || view === 'start') {
        came = asked;
        $('code').value = '';
        $('about').hidden = true;
        show('chat');
        talk.card(el('p', {}, text(asked === 'code' ? 'say.entered' : 'say.linked')));
        locked = f.locked === true;
        if (f.hidden > 0) hidden(talk.card(), line, f.hidden, locked);
        $('to-pin').hidden = !locked;
      }
    }
    $('notice').replaceChildren(ruby(f.notice));
    $('notice').hidden = f.notice === '' || talk.written;
    shown();
  },
  lost() {
    lost = true;
    shown();
  },
  frame(f) {
    switch (f.type) {
      case 'ack':
        $('notice').hidden = true;
        if (f.unsent) break;
        answered = false;
        talk.wait.begin();
        if (f.declares) talk.card(el('p', {}, text('say.formal')));
        talk.acknowledged(f);
        talk.wait.caring(withheld);
        if (came === '') $('to-pin').hidden = false;
        break;
      case 'message':
        answered = true;
        talk.message(f);
        break;
      case 'consent':
        answered = true;
        talk.question(f, came === 'code');
        break;
      case 'status':
        desk = f.state;
        heard(f);
        break;
    }
    shown();
  },
  unknown(asked) {
    if (asked === 'code') {
      tell($('entered'), 'code.unknown');
      $('open-code').disabled = false;
      $('code').focus();
      return;
    }
    if (asked === 'link') {
      tell($('told'), 'say.link');
      show('start');
      return;
    }
    talk.card(el('p', {}, text('say.lost')));
  },
  busy() { tell($('entered'), 'say.busy'); },
  closed() { end('say.closed'); },
});

const talk = new Talk($('log'), line, views);

// heard takes what the desk says of the wait. Of danger nothing is shown to who came back and has not written yet: the code may
// be in somebody else's hands.
function heard(f) {
  withheld = came !== '' && !talk.written ? f.care : '';
  talk.wait.told(withheld ? { ...f, care: '' } : f, answered);
}

// shown says what is true now: whether the line holds, and what the desk is doing.
function shown() {
  const active = talk.written || answered || came !== '';
  let content = null;
  if (lost) content = text('status.lost');
  else if (!active) content = null;
  else if (desk === 'reading') content = text('wait.reading');
  else if (desk === 'writing') content = text('wait.writing');
  else if (answered) content = text('status.answered');
  else if (talk.written || came === 'code') {
    content = document.createDocumentFragment();
    content.append(text('status.waiting'), talk.wait.words ?? '');
  }
  const next = content?.textContent ?? '';
  if (status.dataset.said === next) return;
  status.dataset.said = next;
  status.dataset.state = lost ? 'lost' : desk;
  status.hidden = next === '';
  status.replaceChildren(content ?? '');
}

function forget() {
  talk.clear();
  line.stop();
  $('pick').value = '';
  words.value = '';
  $('call-me').value = '';
  $('code').value = '';
  $('formal-words').value = '';
  document.querySelector('#formal input[value=child]').checked = true;
  link = '';
  came = '';
  locked = false;
  $('to-pin').hidden = true;
  $('pin-here').replaceChildren();
  answered = lost = false;
  desk = 'waiting';
  withheld = '';
  codeAgain = null;
  $('code-here').replaceChildren();
  $('about').hidden = false;
  for (const radio of document.querySelectorAll('#about input[type=radio]')) radio.checked = false;
  status.replaceChildren();
  status.dataset.said = '';
  status.hidden = true;
  $('notice').hidden = true;
  $('letter').hidden = true;
  $('open-code').disabled = false;
  $('not-erased').hidden = true;
}

function end(key) {
  forget();
  $('ending').replaceChildren(el('p', {}, text(key)));
  show('ended');
}

function send() {
  const whole = words.value;
  if (composing || whole.trim() === '') {
    words.focus();
    return;
  }
  const about = document.querySelector('#about input[type=radio]:checked')?.value;
  const callMe = $('call-me').value.trim();
  const extra = {};
  if (!$('about').hidden && about) extra.about = about;
  if (!$('about').hidden && callMe) extra.call_me = callMe;
  words.value = '';
  grow();
  $('about').hidden = true;
  talk.write(whole, extra);
  words.focus();
}

const grow = () => {
  words.style.height = 'auto';
  words.style.height = `${Math.min(words.scrollHeight + 2, innerHeight * 0.4)}px`;
};

$('begin').addEventListener('click', () => {
  $('told').hidden = true;
  show('chat');
  line.open({});
});
$('have-code').addEventListener('click', () => {
  $('entered').hidden = true;
  show('enter');
  $('code').focus();
});
$('new').addEventListener('click', () => {
  forget();
  show('chat');
  line.open({});
});
$('open-code').addEventListener('click', () => {
  const code = $('code').value.trim();
  if (code === '') {
    $('code').focus();
    return;
  }
  $('entered').hidden = true;
  $('open-code').disabled = true;
  line.stop();
  line.open({ code });
});
$('open-letter').addEventListener('click', () => {
  const token = link;
  link = '';
  $('letter').hidden = true;
  line.open({ link: token });
});
const again = (done) => {
  codeAgain = codeBox(talk.code, done);
  $('code-here').replaceChildren(codeAgain.place);
  show('code-again');
};
$('show-code').addEventListener('click', () => again(() => show('chat')));
$('to-pin').addEventListener('click', () => {
  choose($('pin-here'), line, { changing: locked, words: () => talk.words, done: () => {
    locked = true;
    $('pin-here').replaceChildren();
    show('chat');
    talk.card(el('p', {}, text('say.pinSet')));
  } });
  show('pin');
});
$('send').addEventListener('click', send);
words.addEventListener('input', grow);
words.addEventListener('compositionstart', () => { composing = true; });
words.addEventListener('compositionend', () => { composing = false; });
words.addEventListener('keydown', (e) => {
  // Enter makes a new line. It sends only with Ctrl or ⌘, and never while kana are being converted (Safari ends the
  // conversion before it reports the key, and marks it with 229).
  if (e.key !== 'Enter' || composing || e.isComposing || e.keyCode === 229) return;
  if (e.ctrlKey || e.metaKey) {
    e.preventDefault();
    send();
  }
});
$('to-picture').addEventListener('click', () => talk.pictures($('pick')));
$('pick').addEventListener('change', () => {
  const chosen = [...$('pick').files];
  $('pick').value = '';
  talk.look(chosen, $('pick'));
});
$('to-formal').addEventListener('click', () => show('formal'));
$('formal-send').addEventListener('click', () => {
  const whole = $('formal-words').value.trim();
  const declares = document.querySelector('#formal input[type=radio]:checked').value;
  $('formal-words').value = '';
  $('about').hidden = true;
  show('chat');
  if (!line.alive) line.open({});
  talk.write(whole === '' ? text('say.formal.own').textContent : whole, { declares });
});
$('to-erase').addEventListener('click', () => {
  $('not-erased').hidden = true;
  show('erase');
});
$('erase-yes').addEventListener('click', async () => {
  $('erase-yes').disabled = true;
  const done = await line.bye(true);
  $('erase-yes').disabled = false;
  if (done) end('erase.done');
  else tell($('not-erased'), 'unavailable');
});
const leave = () => {
  line.bye(false);
  end('say.left');
};
$('leave').addEventListener('click', () => {
  if (!talk.code || !talk.written || talk.copied) {
    leave();
    return;
  }
  talk.copied = true; // it is shown once more before it is gone, and not a second time
  again(leave);
});
for (const b of document.querySelectorAll('.to-start')) {
  b.addEventListener('click', () => {
    forget();
    show('start');
  });
}
for (const b of document.querySelectorAll('.to-chat')) b.addEventListener('click', () => show('chat'));
for (const b of document.querySelectorAll('.to-numbers')) b.addEventListener('click', () => show('numbers'));
for (const b of document.querySelectorAll('.to-places')) b.addEventListener('click', () => show('places'));
for (const b of document.querySelectorAll('.to-before')) b.addEventListener('click', () => show(before));
addEventListener('online', () => line.wake());

if (link !== '') $('letter').hidden = false;
document.body.dataset.view = 'start';

arm(forget);
cover(() => {
  if (view === 'start') return;
  forget();
  tell($('told'), 'say.wiped');
  show('start');
});
