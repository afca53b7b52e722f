// Words: the page's texts, furigana, and cutting long texts. Everything is made of text nodes; nothing is ever markup.

const texts = new Map();
for (const t of document.querySelectorAll('template[data-key]')) texts.set(t.dataset.key, t.content);

// text returns a copy of one of the page's texts.
export const text = (key) => texts.get(key)?.cloneNode(true) ?? document.createDocumentFragment();

// newID makes the id of a message.
export const newID = () => [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, '0')).join('');

// el makes an element.
export function el(tag, properties = {}, ...children) {
  const e = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.includes('-') || name === 'role') e.setAttribute(name, value);
    else e[name] = value;
  }
  e.append(...children);
  return e;
}

export const button = (key, act, kind = '') => {
  const b = el('button', { type: 'button', className: kind }, text(key));
  b.addEventListener('click', act);
  return b;
};

const furigana = /([\p{Script=Han}々〆ヶ]+)（([\p{Script=Hiragana}ー]+)）/gu;

// ruby sets a line with furigana.
export function ruby(line) {
  const out = document.createDocumentFragment();
  let from = 0;
  for (const m of line.matchAll(furigana)) {
    out.append(line.slice(from, m.index));
    out.append(el('ruby', {}, m[1], el('rp', {}, '（'), el('rt', {}, m[2]), el('rp', {}, '）')));
    from = m.index + m[0].length;
  }
  out.append(line.slice(from));
  return out;
}

// paragraphs sets a text of several lines.
export function paragraphs(whole) {
  const out = document.createDocumentFragment();
  for (const part of whole.trim().split(/\n\s*\n/)) {
    const p = el('p');
    part.split('\n').forEach((line, i) => {
      if (i > 0) p.append(el('br'));
      p.append(ruby(line));
    });
    out.append(p);
  }
  return out;
}

// fill puts nodes into the places of a text.
export function fill(fragment, values) {
  for (const slot of fragment.querySelectorAll('[data-slot]')) {
    const value = values[slot.dataset.slot];
    if (value !== undefined) slot.replaceChildren(value);
  }
  return fragment;
}

// pieces cuts a text into parts of at most max code points: after an empty line, a line or a sentence where there is one
// in the second half of a part, and never inside what looks like one character.
export function pieces(whole, max) {
  const out = [];
  let rest = whole;
  while ([...rest].length > max) {
    const head = [...rest].slice(0, max).join('');
    let cut = 0;
    for (const mark of ['\n\n', '\n', '。', '、', ' ']) {
      const at = head.lastIndexOf(mark);
      if (at > head.length / 2) {
        cut = at + mark.length;
        break;
      }
    }
    if (cut === 0) cut = lastCharacter(rest, head.length);
    out.push(rest.slice(0, cut));
    rest = rest.slice(cut);
  }
  out.push(rest);
  return out.filter((p) => p.trim() !== '');
}

function lastCharacter(string, limit) {
  if (!('Segmenter' in Intl)) return limit;
  let cut = 0;
  const near = string.slice(Math.max(0, limit - 200), limit + 200);
  for (const s of new Intl.Segmenter('ja').segment(near)) {
    const at = Math.max(0, limit - 200) + s.index;
    if (at > limit) break;
    cut = at;
  }
  return cut > 0 ? cut : limit;
}
