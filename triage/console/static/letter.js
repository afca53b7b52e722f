// A letter's picture and its text, side by side: the picture is covered until somebody wants to see it, can be enlarged and
// turned, and is gone with the page; a part of the text becomes a matter of its own.
import { say, send } from '/static/live.js';

const covers = document.getElementById('covers');
const viewer = document.getElementById('viewer');
const pane = document.getElementById('pane');
const turned = document.getElementById('turned');
const picture = document.getElementById('picture');
const said = document.getElementById('picture-said');
const pages = document.getElementById('pages');
const sizes = [1, 1.5, 2, 3, 4];
let path = '', page = 1, size = 0, angle = 0, lent = false;

// ---- the picture -------------------------------------------------------------------------------------------------------

function show(n) {
  page = n;
  said.textContent = '開いています';
  turned.hidden = true;
  picture.src = `${path}?page=${page}`;
}

// lay sets the picture into its place at its size, turned: the place takes the room of what is seen.
function lay() {
  if (!picture.naturalWidth) return;
  const wide = pane.clientWidth * sizes[size];
  const side = angle % 180 !== 0;
  const ratio = picture.naturalHeight / picture.naturalWidth;
  const high = side ? wide / ratio : wide * ratio;
  turned.style.width = `${wide}px`;
  turned.style.height = `${high}px`;
  const width = side ? high : wide, height = side ? wide : high;
  Object.assign(picture.style, { width: `${width}px`, height: `${height}px`, left: `${(wide - width) / 2}px`, top: `${(high - height) / 2}px`, transform: `rotate(${angle}deg)` });
}

picture.addEventListener('load', () => {
  turned.hidden = false;
  said.textContent = pages.hidden ? '' : `${page}ページ`;
  lay();
});
picture.addEventListener('error', () => {
  if (!picture.getAttribute('src')) return;
  if (lent && page > 1) said.textContent = 'ここで終わりか、開ける時間（15分）が過ぎました。';
  else if (lent) said.textContent = '開けません。認められてから15分がたったときは、事案に戻って、もう一度頼んでください。';
  else said.textContent = page > 1 ? 'ここで終わりです。' : '安全に開けないファイルです。原本は、しまってあります。もとの紙を見て、書いてください。';
});
window.addEventListener('resize', lay);

document.addEventListener('click', (e) => {
  const cover = e.target.closest('[data-picture]');
  if (cover) {
    path = cover.dataset.picture;
    lent = 'lent' in cover.dataset;
    pages.hidden = cover.dataset.sort === 'picture';
    size = 0;
    angle = 0;
    covers.hidden = true;
    viewer.hidden = false;
    show(1);
    viewer.querySelector('button').focus({ preventScroll: true });
  }
  const zoom = e.target.closest('[data-zoom]');
  if (zoom) {
    const before = sizes[size];
    size = Math.min(sizes.length - 1, Math.max(0, size + Number(zoom.dataset.zoom)));
    const x = pane.scrollLeft + pane.clientWidth / 2, y = pane.scrollTop + pane.clientHeight / 2;
    lay();
    pane.scrollTo(x * sizes[size] / before - pane.clientWidth / 2, y * sizes[size] / before - pane.clientHeight / 2);
  }
  if (e.target.closest('[data-rotate]')) { angle = (angle + 90) % 360; lay(); }
  const turn = e.target.closest('[data-turn]');
  if (turn) show(Math.max(1, page + Number(turn.dataset.turn)));
  if (e.target.closest('[data-cover]')) {
    picture.removeAttribute('src');
    viewer.hidden = true;
    covers.hidden = false;
    covers.querySelector('button').focus({ preventScroll: true });
  }
});

// ---- the text ----------------------------------------------------------------------------------------------------------

const form = document.getElementById('reading');
const words = document.getElementById('words');
const parts = document.getElementById('parts');
const split = document.getElementById('split');
let changed = false, leaving = false;

form.addEventListener('input', () => { changed = true; });
split.hidden = false;
split.addEventListener('click', () => {
  const at = words.selectionStart;
  const before = words.value.slice(0, at), after = words.value.slice(at);
  if (!before.trim() && after.trim()) { say('分けたいところの前に、カーソルを置いてください。', true); words.focus(); return; }
  const part = document.importNode(document.getElementById('part').content, true).firstElementChild;
  part.querySelector('textarea').value = after.trim();
  words.value = before.trimEnd();
  parts.append(part);
  changed = true;
  part.querySelector('textarea').focus();
});
parts.addEventListener('click', (e) => {
  if (!e.target.closest('[data-join]')) return;
  const part = e.target.closest('.part');
  words.value = `${words.value.trimEnd()}\n${part.querySelector('textarea').value.trim()}`.trim();
  part.remove();
  changed = true;
  words.focus();
});

form.addEventListener('submit', async (e) => {
  e.preventDefault();
  if (form.dataset.busy) return;
  form.dataset.busy = '1';
  const done = await send(form.getAttribute('action'), new FormData(form));
  delete form.dataset.busy;
  say(done.say, !done.ok);
  if (!done.ok) return;
  leaving = true;
  location.assign(done.to);
});
window.addEventListener('beforeunload', (e) => { if (changed && !leaving) e.preventDefault(); });
