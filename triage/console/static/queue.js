// The queue, live and by keyboard.
import { composing, follow, say, send, typing } from '/static/live.js';

const list = document.querySelector('.queue');
const filter = document.getElementById('filter');
const nothing = document.getElementById('nothing');
const help = document.getElementById('help');
const title = document.title;
let here = '';

const rows = () => [...list.querySelectorAll('li.case')].filter((li) => !li.hidden);

// mark shows which row the keys mean; move also brings the focus there.
function mark(li, move = true) {
  list.querySelectorAll('.here').forEach((x) => x.classList.remove('here'));
  here = li ? li.dataset.key : '';
  if (!li) return;
  li.classList.add('here');
  if (move) li.querySelector('a.open').focus();
}

function step(by) {
  const all = rows();
  if (!all.length) return;
  const at = all.findIndex((li) => li.dataset.key === here);
  mark(all[Math.min(all.length - 1, Math.max(0, at < 0 ? (by > 0 ? 0 : all.length - 1) : at + by))]);
}

function sift() {
  const words = filter.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const li of list.querySelectorAll('li.case')) {
    const text = li.textContent.toLowerCase();
    li.hidden = !words.every((w) => text.includes(w));
    if (!li.hidden) shown++;
  }
  nothing.hidden = !words.length || shown > 0;
}

// count puts the number of those in danger into the title, which a person sees in another tab.
function count() {
  const alarm = Number(list.dataset.alarm);
  document.title = alarm ? `（緊急${alarm}）${title}` : title;
}

async function claim(li) {
  const form = li.querySelector('form.claim');
  if (!form) {
    location.assign(li.querySelector('a.open').href);
    return;
  }
  const done = await send(form.action, {});
  if (done.ok) location.assign(li.querySelector('a.open').href);
  else { say(done.say, true); refresh(); }
}

list.addEventListener('submit', (e) => { e.preventDefault(); claim(e.target.closest('li')); });
list.addEventListener('focusin', (e) => { const li = e.target.closest('li.case'); if (li) mark(li, false); });
filter.addEventListener('input', sift);
document.getElementById('help-open').addEventListener('click', () => help.showModal());

document.addEventListener('keydown', (e) => {
  if (composing(e) || e.ctrlKey || e.metaKey || e.altKey || help.open) return;
  if (typing(e)) {
    if (e.key === 'Escape') { filter.value = ''; sift(); filter.blur(); step(1); }
    if (e.key === 'Enter' && e.target === filter) { e.preventDefault(); here = ''; step(1); }
    return;
  }
  const li = rows().find((x) => x.dataset.key === here);
  switch (e.key) {
    case 'j': step(1); break;
    case 'k': step(-1); break;
    case 'c': if (li) claim(li); break;
    case 'Enter': if (!li || e.target.closest('a, button')) return; location.assign(li.querySelector('a.open').href); break;
    case '/': filter.focus(); filter.select(); break;
    case '?': help.showModal(); break;
    default: return;
  }
  e.preventDefault();
});

const refresh = follow('/queue/events', false, (fresh, news) => {
  sift();
  count();
  mark(rows().find((x) => x.dataset.key === here), false);
  const grave = news.some((key) => list.querySelector(`[data-key="${CSS.escape(key)}"][data-sev="emergency"]`));
  if (grave) say('緊急の事案が入りました。', true);
});
count();
