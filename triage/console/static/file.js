import { say, send } from '/static/live.js';

// What came with a message is covered until somebody wants to see it, and is gone when the window is closed.
const box = document.getElementById('file');
const shown = document.getElementById('file-shown');
const heard = document.getElementById('file-heard');
const said = document.getElementById('file-said');
const turns = document.getElementById('file-pages');
let path = '', page = 1, voice = false, lent = false;

// failed says why nothing is shown, as far as that can be told: what two people opened is closed again after a while.
function failed() {
  if (lent && page > 1) return 'ここで終わりか、開ける時間（15分）が過ぎました。';
  if (lent) return '開けません。認められてから15分がたったときは、画面を読み直して、もう一度頼んでください。';
  return page > 1 ? 'ここで終わりです。' : '安全に開けないファイルです。原本は、しまってあります。';
}

function show(n) {
  page = n;
  said.textContent = '開いています';
  shown.hidden = heard.hidden = true;
  if (voice) heard.src = path;
  else shown.src = `${path}?page=${page}`;
}

heard.addEventListener('loadedmetadata', () => {
  heard.hidden = false;
  said.textContent = '';
});
heard.addEventListener('error', () => {
  if (heard.getAttribute('src')) said.textContent = failed();
});

shown.addEventListener('load', () => {
  shown.hidden = false;
  said.textContent = turns.hidden ? '' : `${page}ページ`;
});
shown.addEventListener('error', () => {
  if (!shown.getAttribute('src')) return;
  said.textContent = failed();
});

document.addEventListener('click', (e) => {
  const cover = e.target.closest('[data-file]');
  if (cover) {
    path = cover.dataset.file;
    lent = 'lent' in cover.dataset;
    voice = cover.dataset.sort === 'voice' || cover.dataset.sort === 'video';
    turns.hidden = voice || cover.dataset.sort === 'picture';
    box.showModal();
    show(1);
  }
  const turn = e.target.closest('[data-turn]');
  if (turn) show(Math.max(1, page + Number(turn.dataset.turn)));
  if (e.target.closest('#file [data-close]')) box.close();
});
// The event comes late: the window may be open again.
box.addEventListener('close', () => {
  if (box.open) return;
  shown.removeAttribute('src');
  heard.removeAttribute('src');
  heard.load(); // it goes silent
});

// What was taken back and might be urgent is read here once, and goes with the page.
document.addEventListener('submit', async (e) => {
  const form = e.target.closest('form[data-taken]');
  if (!form) return;
  e.preventDefault();
  const done = await send(form.getAttribute('action'), {});
  say(done.say, !done.ok);
  form.querySelector('bdi').textContent = Object.values(done.values || {}).join(' ');
});
