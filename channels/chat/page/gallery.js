// Pictures on the page: what is said before the first, the look before one goes, and how far it is.

import { Upload, mostAtOnce, prepare } from '/chat/picture.js';
import { button, el, newID, text } from '/chat/words.js';

export class Gallery {
  #talk;
  #line;
  #views;
  #told = false; // what becomes of pictures was said
  #card = null;
  #uploads = new Set();
  #shown = new Map(); // address of a picture in memory, by its element

  // talk has card and mine.
  constructor(talk, line, views) {
    this.#talk = talk;
    this.#line = line;
    this.#views = views;
  }

  clear() {
    for (const u of this.#uploads) u.stop();
    this.#uploads.clear();
    this.#close();
    this.#told = false;
    this.sweep(true);
  }

  // sweep forgets pictures that are no longer on the page.
  sweep(all = false) {
    for (const [img, url] of this.#shown) {
      if (!all && img.isConnected) continue;
      URL.revokeObjectURL(url);
      this.#shown.delete(img);
    }
  }

  #close() {
    this.#card?.remove();
    this.#card = null;
    this.sweep();
  }

  #open(...children) {
    this.#card?.remove();
    this.#card = this.#talk.card(...children);
    this.#card.classList.add('pictures');
    this.#card.setAttribute('role', 'group');
    this.#card.setAttribute('aria-label', text('button.picture').textContent);
    this.#card.tabIndex = -1;
    this.#card.focus({ preventScroll: true });
    this.#card.scrollIntoView({ block: 'nearest' });
    this.sweep();
  }

  #leave = () => {
    this.#close();
    this.#views.focusPictures();
  };

  ask(input) {
    if (this.#told) {
      input.click();
      return;
    }
    this.#open(text('picture.first'), el('div', { className: 'row' },
      button('button.choose', () => {
        this.#told = true;
        input.click();
      }, 'main'), button('button.stop', this.#leave)));
  }

  async look(files, input) {
    if (files.length === 0) return;
    this.#open(el('p', {}, text('say.picture.looks')));
    const card = this.#card;
    const prepared = await Promise.all(files.slice(0, mostAtOnce).map(prepare));
    if (this.#card !== card) return; // left meanwhile
    const good = prepared.filter((p) => p.blob);
    const why = [...new Set(prepared.map((p) => p.refused).filter(Boolean))];
    if (files.length > mostAtOnce) why.push('say.picture.many');
    const notes = why.map((key) => el('p', { className: 'refused', role: 'alert' }, text(key)));
    const again = button('button.choose', () => input.click());
    const stop = button('button.stop', this.#leave);
    if (good.length === 0) {
      this.#open(...notes, el('div', { className: 'row' }, again, stop));
      return;
    }
    const thumbs = el('div', { className: 'thumbs' }, ...good.map((p) => this.#thumb(p.blob)));
    await Promise.all([...thumbs.querySelectorAll('img')].map((i) => i.decode().catch(() => {}))); // so that it has its height
    if (this.#card !== card) return;
    const go = button('button.picture.send', () => {
      this.#close();
      for (const p of good) this.#send(p.blob);
    }, 'main');
    this.#open(...notes, thumbs, el('p', { className: 'help' }, text('say.picture.check')), el('div', { className: 'row' }, go, again, stop));
  }

  // thumb shows a picture; one that this browser cannot show is a word.
  #thumb(blob) {
    const url = URL.createObjectURL(blob);
    const img = el('img', { className: 'thumb', src: url, alt: text('say.picture').textContent });
    img.addEventListener('error', () => img.replaceWith(el('span', { className: 'thumb' }, text('say.picture'))));
    this.#shown.set(img, url);
    return img;
  }

  async #send(blob) {
    const bar = el('progress', { max: 100, value: 0, 'aria-label': text('state.sending').textContent });
    const note = el('span', {}, text('state.sending'));
    const { bubble, state, deliver } = this.#talk.mine(this.#thumb(blob));
    const upload = new Upload(blob, this.#line, {
      progress: (part) => { bar.value = Math.round(100 * part); },
      waits: (key) => note.replaceChildren(text(key === '' ? 'state.sending' : key)),
      refused: (key) => {
        state.classList.add('failed');
        state.replaceChildren(text(key));
        this.#views.say(key);
      },
    });
    const stop = button('button.stop', () => {
      upload.stop();
      bubble.remove();
      this.sweep();
      this.#views.say('say.picture.stopped');
      this.#views.focusPictures();
    }, 'quiet');
    const id = newID();
    const go = async () => {
      state.replaceChildren(bar, note, ' ', stop);
      this.#uploads.add(upload);
      const file = await upload.run();
      this.#uploads.delete(upload);
      if (file !== '') deliver({ type: 'message', id, text: '', files: [file] }, go);
    };
    bubble.scrollIntoView({ block: 'nearest' });
    await go();
  }
}
