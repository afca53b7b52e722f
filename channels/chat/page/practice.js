// The practice page answers by itself: nothing leaves the browser, and nothing is kept in it.
import { arm } from '/chat/exit.js';

const log = document.getElementById('log');
const form = document.getElementById('try');
const words = document.getElementById('words');
const answers = [...document.querySelectorAll('template.said')];
let n = 0;

function bubble(side, content) {
  const box = document.createElement('div');
  box.className = `bubble ${side}`;
  const said = document.createElement('div');
  said.className = 'said';
  said.append(content);
  box.append(said);
  log.append(box);
  box.scrollIntoView({ block: 'nearest' });
}

form.hidden = false;
form.addEventListener('submit', (e) => {
  e.preventDefault();
  const text = words.value.trim();
  if (text === '') return;
  bubble('mine', text);
  words.value = '';
  bubble('theirs', answers[Math.min(n++, answers.length - 1)].content.cloneNode(true));
  words.focus();
});

arm(() => {
  log.replaceChildren();
  words.value = '';
});
