// The wait: how long it may take, as the status line says it, and what is said to somebody who wrote of danger.

import { el, fill, text } from '/chat/words.js';

const cares = { alarm: 'danger.open', night: 'danger.closed', paged: 'danger.closed' };
const order = ['05min', '20min', '30min', 'today', 'later'];

export class Wait {
  #card; // puts a card into the log
  #band = '';
  #next = ''; // the band that was said while an answer stood
  #said = new Set(); // cards of this wait
  #care = null;
  #cared = '';
  #alone = false; // nobody is there, and the page has said so
  #opening = ''; // when somebody answers next
  #by = ''; // by when there is an answer, where the desk promises that

  constructor(card) { this.#card = card; }

  clear() {
    this.over();
    this.#care = null;
    this.#cared = '';
    this.#alone = false;
  }

  // over: an answer is there, and what comes after it is another wait.
  over() {
    this.#band = this.#next = '';
    this.#said.clear();
  }

  // begin: something was written after an answer. The desk may have said how long that takes before its receipt was here.
  begin() {
    const band = this.#next;
    this.#next = '';
    if (order.includes(band)) this.#takes(band);
  }

  // told takes what the desk says of the wait.
  told(f, answered) {
    this.#opens(f.next ?? '');
    this.#by = f.by ?? '';
    this.caring(f.care);
    if (answered) this.#next = f.band;
    else this.#takes(f.band);
  }

  // takes: a band stays or shrinks until the wait is over, whatever comes.
  #takes(band) {
    if (band === 'sorry') {
      this.#band = 'sorry';
      this.sorry();
    } else if (order.includes(band) && this.#band !== 'sorry' && (this.#band === '' || order.indexOf(band) < order.indexOf(this.#band))) {
      this.#band = band;
      if (band === 'later') this.#once('turned.away');
    }
  }

  // known is whether the desk has said how long it may take: then it says too when that has passed.
  get known() { return this.#band !== ''; }

  // words is the band for the status line, or null.
  get words() { return !this.#alone && order.includes(this.#band) && this.#band !== 'later' ? text(`wait.band.${this.#band}`) : null; }

  // sorry says once that it takes longer than was said, and by when there is an answer where that is promised.
  sorry() { this.#once('wait.late', this.#by === '' ? '' : el('p', {}, fill(text('wait.late.by'), { by: this.#by }))); }

  #once(key, more = '') {
    if (this.#said.has(key)) return;
    this.#said.add(key);
    this.#card(this.#filled(key), more);
  }

  #filled(key) { return fill(text(key), { next: this.#opening }); }

  #opens(next) {
    if (next === this.#opening) return;
    this.#opening = next;
    if (this.#care) fill(this.#care, { next });
  }

  // caring shows to somebody who wrote of danger what is true now: once, in one card. When that has become another, so does the
  // card, and is where it is seen. What was said stays where nothing more is said, since an answer has come.
  caring(care) {
    this.#alone = cares[care] === 'danger.closed';
    if (!(care in cares) || care === this.#cared) return;
    if (cares[care] !== cares[this.#cared]) {
      this.#care?.remove();
      this.#care = this.#card(el('h2', {}, text('head.danger')), this.#filled(cares[care]));
      this.#care.classList.toggle('numbers', care !== 'alarm');
      this.#care.scrollIntoView({ block: 'start' }); // before all else
    }
    this.#care.querySelector('.paged')?.remove();
    if (care === 'paged') this.#care.querySelector('h2').after(el('p', { className: 'paged' }, text('danger.paged')));
    this.#cared = care;
  }
}
